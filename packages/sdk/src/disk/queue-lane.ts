/*
 * Who owns the files of a queue that several processes share.
 *
 * Each process has a folder of its own with a random name, its lane, and listens on a socket in it.
 * A file belongs to the process in whose lane it lies. When a process ends, however it ends, the
 * kernel closes its socket: nobody answers there any more, and never will, because names of lanes
 * are not used twice. Then another process may move its files into its own lane, one by one. Moving
 * is atomic: of two that try, one finds that the file has gone. Nothing depends on times, and a
 * process that is only stopped still owns its files.
 *
 * All processes must be on one machine: the sockets of others do not answer.
 */
import { mkdirSync, rmdirSync, unlinkSync } from "node:fs";
import { mkdir, readdir, rename, rmdir, stat, unlink } from "node:fs/promises";
import { createServer, connect, type Server } from "node:net";
import { randomBytes } from "node:crypto";
import { join } from "node:path";

const LANE = /^[0-9a-f]{16}$/u;
/** A lane that is being set up: it has no files yet. */
const NEW_PREFIX = "new-";
const SOCKET_NAME = "alive";
/** The spans are the application's, and nobody else's to read. */
const FOLDER_MODE = 0o700;
/** What the operating system takes as the path of a socket; Linux takes 107 bytes, macOS 103. */
const SOCKET_PATH_BYTES_MAX = 103;

/** The folder of one process. */
export class QueueLane {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly root: string;
  readonly folder: string;
  readonly #server: Server;

  private constructor(root: string, id: string, server: Server) {
    this.root = root;
    this.id = id;
    this.folder = join(root, id);
    this.#server = server;
  }

  /**
   * Makes a lane in `root`, which is made if it is missing.
   *
   * @throws Error when the folder cannot be used: no permission, no room, a path too long.
   */
  static async open(root: string): Promise<QueueLane> {
    const id = randomBytes(8).toString("hex");
    const fresh = join(root, `${NEW_PREFIX}${id}`);
    const socketPath = join(fresh, SOCKET_NAME);
    if (Buffer.byteLength(socketPath) > SOCKET_PATH_BYTES_MAX) {
      throw new Error(`the path is longer than a socket's may be: ${socketPath}`);
    }
    mkdirSync(root, { recursive: true, mode: FOLDER_MODE });
    await mkdir(fresh, { mode: FOLDER_MODE });
    const server = createServer((socket) => socket.destroy());
    await listen(server, socketPath);
    // Under its final name only when it answers: before, it would look like one left behind.
    await rename(fresh, join(root, id));
    return new QueueLane(root, id, server);
  }

  /** Names of the files in it, oldest first. */
  async names(): Promise<string[]> {
    return await namesIn(this.folder);
  }

  /**
   * Moves the files of processes that have ended into this lane.
   *
   * @returns their names, in no order.
   */
  async adopt(): Promise<string[]> {
    const adopted: string[] = [];
    for (const entry of await namesIn(this.root)) {
      const id = entry.startsWith(NEW_PREFIX) ? entry.slice(NEW_PREFIX.length) : entry;
      if (!LANE.test(id) || id === this.id) continue;
      const folder = join(this.root, entry);
      if (await isOwned(folder)) continue;
      for (const name of await namesIn(folder)) {
        if (name === SOCKET_NAME) continue;
        if (await succeeds(rename(join(folder, name), join(this.folder, name)))) adopted.push(name);
      }
      await succeeds(unlink(join(folder, SOCKET_NAME)));
      // Stays when somebody put something else there, or another process is at it.
      await succeeds(rmdir(folder));
    }
    return adopted;
  }

  /** Bytes of all files of all lanes but this one. */
  async bytesElsewhere(): Promise<number> {
    let byteCount = 0;
    for (const entry of await namesIn(this.root)) {
      if (!LANE.test(entry) || entry === this.id) continue;
      for (const name of await namesIn(join(this.root, entry))) {
        byteCount += await fileBytes(join(this.root, entry, name));
      }
    }
    return byteCount;
  }

  /** Gives the lane up: what is still in it may be taken by others. Runs while the process ends. */
  close(): void {
    this.#server.close();
    for (const remove of [
      () => unlinkSync(join(this.folder, SOCKET_NAME)),
      () => rmdirSync(this.folder),
    ]) {
      try {
        remove();
      } catch {
        // The folder is not empty: that is what it is for.
      }
    }
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // Exclusive: a worker of a cluster would let the primary listen, which outlives it.
    server.listen({ path, exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", () => undefined);
      resolve();
    });
    server.unref();
  });
}

/** Whether the process of a lane still runs. Doubts count as yes: a file must not be sent twice. */
function isOwned(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: join(folder, SOCKET_NAME) });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== "ECONNREFUSED" && code !== "ENOENT");
    });
    socket.unref();
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch {
    // It has gone meanwhile, or is no folder.
    return [];
  }
}

/** The size of a file; 0 when it has gone meanwhile. */
export async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** False when it fails, which here means that somebody else was first. */
export async function succeeds(change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch {
    return false;
  }
}
