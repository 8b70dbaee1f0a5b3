/*
 * One server per data directory.
 *
 * The lock is a file that names the process holding it, created by link(2), which is atomic and
 * fails when the name exists. A lock whose process is gone is stale and is taken over: it is first
 * renamed away, so that of two servers that see the same stale lock only one can go on, and then
 * the race for link(2) decides. A pid that was given to another process since is told apart by the
 * time at which that process started (Linux only; elsewhere the lock then counts as held).
 *
 * The engine locks its own directory as well, so that the data are safe even if this file is
 * removed by hand; this lock exists to say who, before anything is started.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { errorCode, errorMessage, SpoorError } from "@spoor/trace";

const LOCK_FILE = "server.lock";
const ATTEMPTS = 5;

interface LockHolder {
  readonly pid: number;
  /** Start of the process in clock ticks since boot; empty where that is not known. */
  readonly startedAt: string;
}

/** A held lock. */
export interface DataLock {
  /** The pid whose stale lock was taken over, if there was one. */
  readonly stalePid: number | undefined;
  /** Removes the lock. A second call does nothing. */
  release(): void;
}

/**
 * Creates `dataPath` if need be and locks it.
 *
 * @throws SPOOR_STORE_LOCKED naming the process that holds it.
 * @throws SPOOR_STORE_PATH when the directory cannot be created or written.
 */
export function lockDataPath(dataPath: string): DataLock {
  try {
    mkdirSync(dataPath, { recursive: true, mode: 0o700 });
    return takeLock(dataPath);
  } catch (error) {
    if (errorCode(error) === "SPOOR_STORE_LOCKED") throw error;
    throw new SpoorError(`cannot use the data directory ${dataPath}: ${errorMessage(error)}`, {
      code: "SPOOR_STORE_PATH",
      hint: "Choose a directory that this user may write to.",
      cause: error,
    });
  }
}

function takeLock(dataPath: string): DataLock {
  const lockPath = join(dataPath, LOCK_FILE);
  const ownPath = `${lockPath}.${process.pid}`;
  const stalePath = `${ownPath}.stale`;
  let stalePid: number | undefined;
  try {
    writeFileSync(ownPath, JSON.stringify(holderOf(process.pid)), { mode: 0o600 });
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (tryLink(ownPath, lockPath)) return { stalePid, release: () => release(lockPath) };
      const holder = readHolder(lockPath);
      if (holder !== undefined && isAlive(holder)) throw lockedError(dataPath, holder.pid);
      stalePid = holder?.pid;
      moveAway(lockPath, stalePath);
    }
  } finally {
    rmSync(ownPath, { force: true });
    rmSync(stalePath, { force: true });
  }
  throw lockedError(dataPath, readHolder(lockPath)?.pid);
}

function lockedError(dataPath: string, pid: number | undefined): SpoorError {
  const who = pid === undefined ? "another process" : `process ${pid}`;
  return new SpoorError(`cannot open the data directory ${dataPath}: ${who} uses it`, {
    code: "SPOOR_STORE_LOCKED",
    hint: "Stop that process, or choose another data directory.",
  });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Undefined when the lock is gone or is not one of ours. */
function readHolder(lockPath: string): LockHolder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(lockPath, "utf8"));
    return isHolder(holder) ? holder : undefined;
  } catch {
    // Gone since, or cut off by a full disk: in both cases nobody holds it.
    return undefined;
  }
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== "object" || value === null) return false;
  if (!("pid" in value && "startedAt" in value)) return false;
  return typeof value.pid === "number" && typeof value.startedAt === "string";
}

function isAlive({ pid, startedAt }: LockHolder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return errorCode(error) === "EPERM";
  }
  return startedAt === holderOf(pid).startedAt;
}

function holderOf(pid: number): LockHolder {
  return { pid, startedAt: processStart(pid) };
}

/** Field 22 of /proc/<pid>/stat (proc_pid_stat(5)); the name before it may contain anything. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    // No /proc on this system.
    return "";
  }
}

function moveAway(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another server was faster; the next attempt sees its lock.
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

function release(lockPath: string): void {
  if (readHolder(lockPath)?.pid === process.pid) rmSync(lockPath, { force: true });
}
