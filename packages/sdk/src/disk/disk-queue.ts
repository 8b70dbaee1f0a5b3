/*
 * Requests that wait in files: written when the receiver does not take them, read when it does
 * again, by this process or by one that comes after it.
 *
 * What is written may be read as soon as it has its name, and it has its name when it is whole.
 * Nothing is synced: a process that is killed loses none of it, a machine that loses its power may,
 * and the checksum tells.
 */
import { closeSync, openSync, renameSync, unlinkSync, writevSync } from "node:fs";
import { open, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import {
  hasChecksum,
  parseQueueFileName,
  PARTIAL_SUFFIX,
  type QueueFile,
  queueFileBody,
  queueFileHead,
  queueFileName,
} from "./queue-file.ts";
import { fileBytes, QueueLane, succeeds } from "./queue-lane.ts";

/** A request as it is stored. */
export interface StoredRequest {
  readonly signal: QueueFile["signal"];
  readonly recordCount: number;
  readonly parts: readonly Uint8Array[];
  readonly byteCount: number;
}

/** What a queue needs. */
export interface DiskQueueOptions {
  readonly folder: string;
  /** Of all files of all processes in it; beyond, nothing is stored. */
  readonly bytesMax: number;
  readonly nowUnixMs: () => number;
  /** A file was damaged: its records are lost. */
  readonly onDamaged: (file: QueueFile) => void;
}

/** A file may be read and written by the user of the process only. */
const FILE_MODE = 0o600;

interface Waiting extends QueueFile {
  readonly byteCount: number;
}

/** The part of a queue on disk that belongs to this process. */
export class DiskQueue {
  readonly #options: DiskQueueOptions;
  readonly #lane: QueueLane;
  /** Oldest first. */
  #waiting: Waiting[] = [];
  #bytes = 0;
  #bytesElsewhere = 0;
  #sequence = 0;
  #lastUnixMs = 0;
  #isClosed = false;

  private constructor(options: DiskQueueOptions, lane: QueueLane) {
    this.#options = options;
    this.#lane = lane;
  }

  /** @throws Error when the folder cannot be used, with why. */
  static async open(options: DiskQueueOptions): Promise<DiskQueue> {
    if (!hasChecksum()) throw new Error("it needs Node 20.15, 22.2 or newer");
    if (process.platform === "win32") throw new Error("it is not there for Windows");
    return new DiskQueue(options, await QueueLane.open(options.folder));
  }

  /** Records that wait in the files of this process. */
  recordCount(signal: QueueFile["signal"]): number {
    let count = 0;
    for (const file of this.#waiting) if (file.signal === signal) count += file.recordCount;
    return count;
  }

  /** The oldest file of a signal. */
  first(signal: QueueFile["signal"]): QueueFile | undefined {
    return this.#waiting.find((file) => file.signal === signal);
  }

  /** Takes over what processes that have ended left. Returns how many records those are. */
  async adopt(): Promise<number> {
    let count = 0;
    for (const name of await this.#lane.adopt()) {
      const path = join(this.#lane.folder, name);
      const whole = parseQueueFileName(name);
      if (whole !== undefined) {
        this.#add({ ...whole, byteCount: await fileBytes(path) });
        count += whole.recordCount;
        continue;
      }
      const partial = name.endsWith(PARTIAL_SUFFIX)
        ? parseQueueFileName(name.slice(0, -PARTIAL_SUFFIX.length))
        : undefined;
      if (partial === undefined) continue;
      await succeeds(unlink(path));
      this.#options.onDamaged(partial);
    }
    this.#bytesElsewhere = await this.#lane.bytesElsewhere();
    return count;
  }

  /** Stores a request. False when there is no room for it, or when it cannot be written. */
  async store(request: StoredRequest): Promise<boolean> {
    const file = this.#newFile(request);
    if (file === undefined) return false;
    // Counted from now on: two at once must not both take the last room.
    this.#bytes += file.byteCount;
    const path = join(this.#lane.folder, file.name);
    const partialPath = path + PARTIAL_SUFFIX;
    try {
      const handle = await open(partialPath, "wx", FILE_MODE);
      try {
        await writeAll(handle, [queueFileHead(request.parts, request.byteCount), ...request.parts]);
      } finally {
        await handle.close();
      }
      await rename(partialPath, path);
    } catch {
      this.#bytes -= file.byteCount;
      await succeeds(unlink(partialPath));
      return false;
    }
    this.#bytes -= file.byteCount;
    this.#add(file);
    return true;
  }

  /** The same while the process ends, when nothing asynchronous runs any more. */
  storeNow(request: StoredRequest): boolean {
    const file = this.#newFile(request);
    if (file === undefined) return false;
    const path = join(this.#lane.folder, file.name);
    const partialPath = path + PARTIAL_SUFFIX;
    try {
      const handle = openSync(partialPath, "wx", FILE_MODE);
      try {
        const parts = [queueFileHead(request.parts, request.byteCount), ...request.parts];
        if (writevSync(handle, parts) !== file.byteCount) throw new Error("the disk is full");
      } finally {
        closeSync(handle);
      }
      renameSync(partialPath, path);
    } catch {
      try {
        unlinkSync(partialPath);
      } catch {
        // It was not even made.
      }
      return false;
    }
    this.#add(file);
    return true;
  }

  /** The request in a file; undefined when it is damaged, which is counted, and it is gone. */
  async read(file: QueueFile): Promise<Uint8Array | undefined> {
    let body: Uint8Array | undefined;
    try {
      body = queueFileBody(await readFile(join(this.#lane.folder, file.name)));
    } catch {
      // Somebody has removed it.
    }
    if (body === undefined) {
      await this.remove(file);
      this.#options.onDamaged(file);
    }
    return body;
  }

  /** Its request was taken, or never will be. */
  async remove(file: QueueFile): Promise<void> {
    const index = this.#waiting.findIndex(({ name }) => name === file.name);
    const [removed] = index < 0 ? [] : this.#waiting.splice(index, 1);
    this.#bytes -= removed?.byteCount ?? 0;
    await succeeds(unlink(join(this.#lane.folder, file.name)));
  }

  /** What is in it stays there for others. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#lane.close();
  }

  #newFile({ signal, recordCount, parts, byteCount }: StoredRequest): Waiting | undefined {
    const fileByteCount = byteCount + queueFileHead([], 0).length;
    const total = this.#bytes + this.#bytesElsewhere + fileByteCount;
    if (this.#isClosed || parts.length === 0 || total > this.#options.bytesMax) return undefined;
    this.#sequence += 1;
    this.#lastUnixMs = Math.max(this.#lastUnixMs, Math.floor(this.#options.nowUnixMs()));
    const name = queueFileName({
      writtenUnixMs: this.#lastUnixMs,
      writer: this.#lane.id,
      sequence: this.#sequence,
      signal,
      recordCount,
    });
    const named = parseQueueFileName(name);
    return named === undefined ? undefined : { ...named, byteCount: fileByteCount };
  }

  #add(file: Waiting): void {
    this.#bytes += file.byteCount;
    const after = this.#waiting.findLastIndex(({ name }) => name < file.name);
    this.#waiting.splice(after + 1, 0, file);
  }
}

type FileHandle = Awaited<ReturnType<typeof open>>;

async function writeAll(handle: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  let byteCount = 0;
  for (const part of parts) byteCount += part.length;
  const { bytesWritten } = await handle.writev(parts);
  if (bytesWritten !== byteCount) throw new Error("the disk is full");
}
