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
import { mkdir, readdir, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorMessage } from "@spoor/trace";
import { cannotRead } from "./segment-file.ts";
import type { SegmentHeader } from "./segment-format.ts";

const SEGMENT_FILE = /^(\d{20})\.spool$/;

/** As much as a small request needs. */
const PROBE_BYTES = 16 * 1024;

/** A segment that lies in the spool. */
export interface SpooledSegment {
  readonly sequence: bigint;
  readonly path: string;
  readonly sizeBytes: number;
}

/** The files of a spool. Only one may use a folder. */
export class Spool {
  /** The segments that were there at the opening, oldest first. */
  readonly left: readonly SpooledSegment[];
  readonly #path: string;
  readonly #spoolId = randomBytes(8).readBigUInt64LE();
  #nextSequence: bigint;

  private constructor(path: string, left: readonly SpooledSegment[]) {
    this.#path = path;
    this.left = left;
    this.#nextSequence = (left.at(-1)?.sequence ?? 0n) + 1n;
  }

  /**
   * Opens the folder, which is made when it is not there, and finds what was left in it.
   *
   * @throws SPOOR_SPOOL_READ when the folder cannot be made or listed.
   */
  static async open(path: string): Promise<Spool> {
    try {
      await mkdir(path, { recursive: true });
      const sequences = (await readdir(path))
        .flatMap((name) => SEGMENT_FILE.exec(name)?.[1] ?? [])
        .map(BigInt)
        .toSorted((a, b) => Number(a - b));
      const left = sequences.map(async (sequence) => {
        const file = pathOf(path, sequence);
        return { sequence, path: file, sizeBytes: (await stat(file)).size };
      });
      return new Spool(path, await Promise.all(left));
    } catch (error) {
      throw cannotRead(path, errorMessage(error), error);
    }
  }

  /** Where the next segment goes, and with what header. Never the same twice. */
  nextPlace(): { readonly path: string; readonly header: SegmentHeader } {
    const header = { spoolId: this.#spoolId, sequence: this.#nextSequence };
    this.#nextSequence += 1n;
    return { path: this.pathOf(header.sequence), header };
  }

  /** The file of a segment. */
  pathOf(sequence: bigint): string {
    return pathOf(this.#path, sequence);
  }

  /** Whether the folder takes a small file now. Cost: one file, written, synced and removed. */
  async canWrite(): Promise<boolean> {
    const path = join(this.#path, "probe");
    try {
      await writeFile(path, Buffer.alloc(PROBE_BYTES), { flush: true });
      return true;
    } catch {
      // Full or broken; the refusals to senders say which.
      return false;
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Removes a segment, all of whose requests are stored. One that is gone already is no error. */
  async remove(sequence: bigint): Promise<void> {
    try {
      // The folder is not synced: a segment that comes back after a power cut is sent to the store
      // again, which knows its token.
      await unlink(this.pathOf(sequence));
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }

  /**
   * Moves a segment that cannot be stored out of the way, into the folder `refused`, and returns
   * where it lies now; undefined when it has no file, because nothing is spooled. Nothing looks at
   * it again by itself.
   */
  async setAside(sequence: bigint): Promise<string | undefined> {
    const folder = join(this.#path, "refused");
    await mkdir(folder, { recursive: true });
    // Sequence numbers start over; the random name keeps two segments apart.
    const path = pathOf(folder, sequence).replace(
      /\.spool$/,
      `-${randomBytes(4).toString("hex")}.spool`,
    );
    try {
      await rename(this.pathOf(sequence), path);
      return path;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }
}

function pathOf(folder: string, sequence: bigint): string {
  return join(folder, `${sequence.toString().padStart(20, "0")}.spool`);
}
