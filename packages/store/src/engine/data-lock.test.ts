import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { lockDataPath } from "./data-lock.ts";

const root = mkdtempSync(join(tmpdir(), "spoor-lock-"));
after(() => rmSync(root, { recursive: true }));

let directoryCount = 0;

function newPath(): string {
  directoryCount += 1;
  return join(root, `data-${directoryCount}`);
}

test("a directory that does not exist is created and locked", () => {
  const path = newPath();
  const lock = lockDataPath(path);
  assert.equal(lock.stalePid, undefined);
  assert.deepEqual(readdirSync(path), ["server.lock"]);
  lock.release();
  lock.release();
  assert.deepEqual(readdirSync(path), []);
});

test("a lock that is held names its process", () => {
  const path = newPath();
  const lock = lockDataPath(path);
  assert.throws(() => lockDataPath(path), {
    code: "SPOOR_STORE_LOCKED",
    message: `cannot open the data directory ${path}: process ${process.pid} uses it`,
  });
  lock.release();
  lockDataPath(path).release();
});

test("the lock of a process that is gone is taken over", () => {
  const path = newPath();
  lockDataPath(path).release();
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  writeFileSync(join(path, "server.lock"), JSON.stringify({ pid: gone, startedAt: "1" }));
  const lock = lockDataPath(path);
  assert.equal(lock.stalePid, gone);
  lock.release();
});

test(
  "the lock of a process whose pid was given to another is taken over",
  { skip: process.platform === "linux" ? false : "the start of a process is known on Linux only" },
  () => {
    const path = newPath();
    lockDataPath(path).release();
    const reused = JSON.stringify({ pid: process.pid, startedAt: "1" });
    writeFileSync(join(path, "server.lock"), reused);
    const lock = lockDataPath(path);
    assert.equal(lock.stalePid, process.pid);
    lock.release();
  },
);

test("a lock that cannot be read is taken over", () => {
  const path = newPath();
  lockDataPath(path).release();
  writeFileSync(join(path, "server.lock"), "{");
  const lock = lockDataPath(path);
  assert.throws(() => lockDataPath(path), { code: "SPOOR_STORE_LOCKED" });
  lock.release();
});

test("a path that cannot be a directory is an error with a hint", () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  chmodSync(file, 0o600);
  assert.throws(() => lockDataPath(join(file, "data")), { code: "SPOOR_STORE_PATH" });
});
