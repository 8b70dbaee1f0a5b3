/*
 * Appends records to one segment and makes them durable in groups.
 *
 * No timer decides when to sync: while one group is being written and synced, the next one gathers
 * whatever arrives, so a busy disk gets larger groups instead of a longer queue. A group that could
 * not be written is cut off again, so that the file always ends after an acknowledged record.
 */
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode, errorMessage, SpoorError } from "@spoor/trace";
import type { ServerErrorCode } from "../base/error-codes.ts";
import { SPOOL_GROUP_RECORDS_MAX } from "../base/limits.ts";
import type { ReceivedRequest } from "../base/received-request.ts";
import {
  encodeRecordHeader,
  encodeSegmentHeader,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from "./segment-format.ts";

/**
 * When a request counts as kept: `fsync` after the disk has it (survives a power cut), `os` after
 * the operating system has it (survives a crash of the server, not of the machine), `none` when it
 * is decoded: it is in memory only, and nothing is written (survives a stop, no crash).
 */
export type SyncMode = "fsync" | "os" | "none";

interface Waiting {
  readonly request: ReceivedRequest;
  readonly written: PromiseWithResolvers<void>;
}

/** The segment that is being written. One writer per file. */
export class SegmentWriter {
  readonly header: SegmentHeader;
  /** Undefined when nothing is to be written. */
  readonly #file: FileHandle | undefined;
  readonly #syncMode: SyncMode;
  #length = SEGMENT_HEADER_BYTES;
  #waiting: Waiting[] = [];
  #pump: Promise<void> | undefined;

  private constructor(parts: {
    readonly file: FileHandle | undefined;
    readonly header: SegmentHeader;
    readonly syncMode: SyncMode;
  }) {
    this.#file = parts.file;
    this.header = parts.header;
    this.#syncMode = parts.syncMode;
  }

  /**
   * Creates the file; it must not exist.
   *
   * @throws SPOOR_SPOOL_WRITE (retryable) when the disk is full or broken.
   */
  static async create(
    path: string,
    { header, syncMode }: { readonly header: SegmentHeader; readonly syncMode: SyncMode },
  ): Promise<SegmentWriter> {
    if (syncMode === "none") return new SegmentWriter({ file: undefined, header, syncMode });
    try {
      const file = await open(path, "wx");
      await file.write(encodeSegmentHeader(header), 0, SEGMENT_HEADER_BYTES, 0);
      if (syncMode === "fsync") {
        await file.datasync();
        await syncFolder(dirname(path));
      }
      return new SegmentWriter({ file, header, syncMode });
    } catch (error) {
      throw cannotWrite(error);
    }
  }

  /** Bytes that are written and acknowledged, the header included. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends a record. Resolves when it is durable; the body must not change before that. Records
   * are written in the order of the calls.
   *
   * @throws SPOOR_SPOOL_WRITE (retryable) when the disk is full or broken; nothing of the group is
   * kept then, and a later append may succeed.
   */
  append(request: ReceivedRequest): Promise<void> {
    if (this.#file === undefined) return Promise.resolve();
    const written = Promise.withResolvers<void>();
    this.#waiting.push({ request, written });
    this.#pump ??= this.#writeGroups(this.#file);
    return written.promise;
  }

  /** Waits for appends in flight and closes the file. */
  async close(): Promise<void> {
    await this.#pump;
    await this.#file?.close();
  }

  async #writeGroups(file: FileHandle): Promise<void> {
    // What is appended in the same turn of the event loop belongs to one group.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, SPOOL_GROUP_RECORDS_MAX);
      try {
        await this.#writeGroup(file, group);
        for (const { written } of group) written.resolve();
      } catch (error) {
        await this.#cutOff(file);
        for (const { written } of group) written.reject(cannotWrite(error));
      }
    }
    this.#pump = undefined;
  }

  async #writeGroup(file: FileHandle, group: readonly Waiting[]): Promise<void> {
    const buffers = group.flatMap(({ request }) => [encodeRecordHeader(request), request.body]);
    const bytes = group.reduce(
      (sum, { request }) => sum + RECORD_HEADER_BYTES + request.body.length,
      0,
    );
    await writeAll(file, buffers, this.#length);
    if (this.#syncMode === "fsync") await file.datasync();
    this.#length += bytes;
  }

  /** A half-written group would look like a torn record to the next reader. */
  async #cutOff(file: FileHandle): Promise<void> {
    try {
      await file.truncate(this.#length);
    } catch {
      // The next group overwrites it, and a reader stops before it: its checksum is wrong.
    }
  }
}

/** Writes all bytes: one writev may write fewer than it was given. */
async function writeAll(file: FileHandle, buffers: Uint8Array[], position: number): Promise<void> {
  let rest = buffers;
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    rest = afterBytes(rest, bytesWritten);
  }
}

function afterBytes(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  const index = buffers.findIndex((buffer) => {
    if (buffer.length > left) return true;
    left -= buffer.length;
    return false;
  });
  const first = buffers[index];
  return first === undefined ? [] : [first.subarray(left), ...buffers.slice(index + 1)];
}

/** A new or removed name is durable only when its folder is synced too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function cannotWrite(cause: unknown): SpoorError {
  const code: ServerErrorCode = "SPOOR_SPOOL_WRITE";
  const isFull = errorCode(cause) === "ENOSPC" || errorCode(cause) === "EDQUOT";
  return new SpoorError(`cannot write to the spool: ${errorMessage(cause)}`, {
    code,
    cause,
    retryable: true,
    hint: isFull
      ? "free disk space; senders are told to try again until then"
      : "check the disk and the rights of the data folder",
  });
}
