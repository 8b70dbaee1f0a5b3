import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { systemClock } from "@spoor/trace";

import { connect, disconnect } from "./connection.ts";
import { engineLibraryPath } from "./engine-library.ts";
import { EngineProcess, freePort } from "./engine-process.ts";

const directories: string[] = [];
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "spoor-engine-"));
  directories.push(directory);
  return directory;
}

function start(dataPath: string): Promise<EngineProcess> {
  return EngineProcess.start({ dataPath, libraryPath: engineLibraryPath(), clock: systemClock });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process.
    return false;
  }
}

function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  query: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const posting = request(url, { method: "POST", headers, agent: false }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    posting.once("error", reject);
    posting.end(query);
  });
}

test("the engine ignores the terminal's signals and stops when it is told to", async () => {
  await using engine = await start(newDirectory());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(engine.pid, signal);
  const connection = connect(engine.endpoint);
  const result = await connection.writer.query({ query: "SELECT 7", format: "JSONCompactEachRow" });
  assert.deepEqual(await result.json(), [[7]]);
  await disconnect(connection);
  await engine.stop();
  assert.equal(isAlive(engine.pid), false);
});

test("nobody uses the engine without its secrets, and readers only read", async () => {
  const dataPath = newDirectory();
  await using engine = await start(dataPath);
  const { url, headers, writer, reader } = engine.endpoint;
  const login = (user: typeof writer): Record<string, string> => ({
    ...headers,
    "X-ClickHouse-User": user.username,
    "X-ClickHouse-Key": user.password,
  });
  assert.equal(statSync(join(dataPath, "engine.xml")).mode & 0o777, 0o600);
  // Without the header there is no page at all, with it and a wrong password no login.
  assert.equal(await post(url, {}, "SELECT 1"), 404);
  assert.equal(await post(url, {}, "SYSTEM STOP LISTEN HTTP"), 404);
  assert.equal(await post(url, login({ ...writer, password: "" }), "SELECT 1"), 403);
  assert.equal(await post(url, login(writer), "CREATE DATABASE spoor"), 200);
  assert.notEqual(await post(url, login(reader), "CREATE DATABASE other"), 200);
  const table = "CREATE TABLE spoor.t (n UInt8) ENGINE = MergeTree ORDER BY n";
  assert.notEqual(await post(url, login(reader), table), 200);
  assert.equal(await post(url, login(writer), table), 200);
  assert.equal(await post(url, login(reader), "SELECT * FROM spoor.t"), 200);
  assert.notEqual(await post(url, login(reader), "INSERT INTO spoor.t VALUES (1)"), 200);
  const file = "SELECT * FROM file('/etc/passwd', 'LineAsString')";
  assert.notEqual(await post(url, login(reader), file), 200);
  assert.notEqual(await post(url, login(writer), file), 200);
});

test("a start waits for the engine of a dead parent to let go of the directory", async () => {
  const dataPath = newDirectory();
  await using first = await start(dataPath);
  const starting = start(dataPath);
  await first.stop();
  await using second = await starting;
  assert.notEqual(second.pid, first.pid);
});

test("a port that somebody takes in between is given up for another", async () => {
  const greedy = createServer((_request, response) => response.end("everything is fine"));
  await once(greedy.listen(0, "127.0.0.1"), "listening");
  const address = greedy.address();
  assert.ok(typeof address === "object" && address !== null);
  const ports = [address.port, address.port];
  await using engine = await EngineProcess.start({
    dataPath: newDirectory(),
    libraryPath: engineLibraryPath(),
    clock: systemClock,
    choosePort: async () => ports.pop() ?? (await freePort()),
  });
  assert.notEqual(new URL(engine.endpoint.url).port, String(address.port));
  greedy.close();
});

const PARENT = `
  const { EngineProcess } = await import(process.argv[1]);
  const clock = { nowUnixNano: () => 0n, monotonicMs: () => performance.now() };
  const [dataPath, libraryPath] = process.argv.slice(2);
  const engine = await EngineProcess.start({ dataPath, libraryPath, clock });
  console.log(new URL(engine.endpoint.url).port);
`;

test("the engine ends when its parent is killed, even if a connection is held", async () => {
  const modulePath = new URL("engine-process.ts", import.meta.url).href;
  const parent = spawn(
    process.execPath,
    [
      "--conditions=@spoor/source",
      "--input-type=module",
      "--eval",
      PARENT,
      modulePath,
      newDirectory(),
      engineLibraryPath(),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [port] = await once(parent.stdout.setEncoding("utf8"), "data");
  const socket = createConnection({ port: Number(port), host: "127.0.0.1" });
  await once(socket, "connect");
  parent.kill("SIGKILL");
  socket.resume();
  await once(socket, "close");
});
