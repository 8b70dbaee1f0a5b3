/*
 * The spool: requests that are acknowledged and not yet stored, in files.
 *
 * Its folder holds one file per segment, named by its sequence number. A segment is removed when
 * all of it is stored. What is there at the start was left by a crash or by a store that was away,
 * and is stored first.
 *
 * Every segment has a token that no other segment ever has, so that the store keeps it once however
 * often it is sent: the sequence number, which may start over once the folder is empty, and a
 * random number that is drawn at each start.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage, SpoorError } from "@spoor/trace";
import type { ServerErrorCode } from "../base/error-codes.ts";
import type { ReceivedRequest } from "../base/received-request.ts";
import {
  decodeRecord,
  decodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from "./segment-format.ts";
import { SegmentWriter, type SyncMode } from "./segment-writer.ts";

const SEGMENT_FILE = /^(\d{20})\.spool$/;

/** What a segment holds. */
export interface SegmentContents {
  /** Names the segment to the store; undefined when it has no readable header and no records. */
  readonly token: string | undefined;
  /** In the order in which they were acknowledged. Bodies are views of one buffer. */
  readonly requests: readonly ReceivedRequest[];
  /** Why reading stopped before the end of the file. What follows was never acknowledged. */
  readonly torn: string | undefined;
}

/** How to open a spool. */
export interface SpoolOptions {
  /** The folder; made when it is not there. Only one spool may use it. */
  readonly path: string;
  readonly syncMode: SyncMode;
}

/** The files of a spool. */
export class Spool {
  /** Sequence numbers of the segments that were there at the opening, oldest first. */
  readonly left: readonly bigint[];
  readonly #options: SpoolOptions;
  readonly #spoolId = randomBytes(8).readBigUInt64LE();
  #nextSequence: bigint;

  private constructor(options: SpoolOptions, left: readonly bigint[]) {
    this.#options = options;
    this.left = left;
    this.#nextSequence = (left.at(-1) ?? 0n) + 1n;
  }

  /**
   * Opens the folder and finds what was left in it.
   *
   * @throws SPOOR_SPOOL_READ when the folder cannot be made or listed.
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    try {
      await mkdir(options.path, { recursive: true });
      const names = await readdir(options.path);
      const left = names
        .flatMap((name) => SEGMENT_FILE.exec(name)?.[1] ?? [])
        .map(BigInt)
        .toSorted((a, b) => Number(a - b));
      return new Spool(options, left);
    } catch (error) {
      throw cannotRead(options.path, errorMessage(error), error);
    }
  }

  /**
   * Starts the next segment.
   *
   * @throws SPOOR_SPOOL_WRITE (retryable) when the disk is full or broken.
   */
  async startSegment(): Promise<SegmentWriter> {
    const header = { spoolId: this.#spoolId, sequence: this.#nextSequence };
    this.#nextSequence += 1n;
    const { syncMode } = this.#options;
    return SegmentWriter.create(this.#pathOf(header.sequence), { header, syncMode });
  }

  /**
   * Reads a segment whole.
   *
   * @throws SPOOR_SPOOL_READ when it cannot be read, or is not a segment of this version: the file
   * is left alone then.
   */
  async read(sequence: bigint): Promise<SegmentContents> {
    const path = this.#pathOf(sequence);
    const segment = await readFile(path).catch((error: unknown) => {
      throw cannotRead(path, errorMessage(error), error);
    });
    // A crash between creating the file and writing its header leaves nothing acknowledged.
    if (segment.length < SEGMENT_HEADER_BYTES) {
      return { token: undefined, requests: [], torn: "it ends inside its header" };
    }
    const header = decodeSegmentHeader(segment);
    if ("problem" in header) throw cannotRead(path, header.problem);
    return { token: segmentToken(header), ...readRecords(segment) };
  }

  /** Removes a segment, all of whose requests are stored. */
  async remove(sequence: bigint): Promise<void> {
    // The folder is not synced: a segment that comes back after a power cut is sent to the store
    // again, which knows its token.
    await unlink(this.#pathOf(sequence));
  }

  #pathOf(sequence: bigint): string {
    return join(this.#options.path, `${sequence.toString().padStart(20, "0")}.spool`);
  }
}

/** The name of a segment that no other one has: what the store deduplicates by. */
function segmentToken({ spoolId, sequence }: SegmentHeader): string {
  return `${spoolId.toString(16).padStart(16, "0")}-${sequence}`;
}

function readRecords(segment: Uint8Array): Pick<SegmentContents, "requests" | "torn"> {
  const requests: ReceivedRequest[] = [];
  let read = decodeRecord(segment, SEGMENT_HEADER_BYTES);
  while (read.kind === "record") {
    requests.push(read.request);
    read = decodeRecord(segment, read.nextOffset);
  }
  return { requests, torn: read.kind === "torn" ? read.problem : undefined };
}

function cannotRead(path: string, reason: string, cause?: unknown): SpoorError {
  const code: ServerErrorCode = "SPOOR_SPOOL_READ";
  return new SpoorError(`cannot read ${path}: ${reason}`, {
    code,
    cause,
    hint: "move the file away to start without it; a newer version of Spoor may be able to read it",
  });
}
