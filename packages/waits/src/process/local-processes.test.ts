import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { systemClock } from "@spoor/trace";
import { startTestProgram, until } from "../base/test-program.ts";
import { LocalProcesses } from "./local-processes.ts";

const skip = process.platform !== "linux" && "processes are found on Linux only";
const SKIP_NAMESPACE =
  skip ||
  (spawnSync("unshare", ["-n", "true"]).status !== 0 && "a network namespace may not be made here");
const SKIP_UNPRIVILEGED =
  skip || (process.getuid?.() !== 0 && "only root can become another user for a test");

const finder = new LocalProcesses({ clock: systemClock });

/** Both ends in one process, which prints their ports; `before` runs first. */
const PAIR = `const net = require("node:net");
  const server = net.createServer((socket) => socket.on("error", () => {}));
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    const socket = net.connect(port, "127.0.0.1", () =>
      console.log("ends " + socket.localPort + " " + port));
  });`;

async function pairOf(output: () => string) {
  const [client, server] = await until("the pair", () => {
    const match = /ends (\d+) (\d+)/u.exec(output());
    return match === null ? undefined : ([Number(match[1]), Number(match[2])] as const);
  });
  return {
    client: { address: "127.0.0.1", port: client },
    server: { address: "127.0.0.1", port: server },
  };
}

test(
  "127.0.0.1 of another network namespace is found in that namespace",
  { skip: SKIP_NAMESPACE },
  async () => {
    await using program = startTestProgram({
      command: "unshare",
      args: ["-n", "sh", "-c", 'ip link set lo up && exec "$0" -e "$1"', process.execPath, PAIR],
    });
    const connection = await pairOf(program.output);
    const finding = await finder.findClient(connection);
    assert.equal(finding.outcome, "found");
    assert.equal(finding.outcome === "found" && finding.process.pid, program.pid);
    assert.equal(await finder.isServerHere(connection), true);
  },
);

test("127.0.0.1 of a database on another machine is not looked for here", { skip }, async () => {
  // The port is open here, by chance, to another server.
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  // Neither keeps the process alive should the test fail.
  socket.unref();
  server.unref();
  const client = { address: "127.0.0.1", port: socket.localPort ?? 0 };
  const remote = { client, server: { address: "10.0.0.9", port: 5432 } };
  const finding = await finder.findClient(remote);
  assert.deepEqual(finding, {
    outcome: "unknown",
    reason: "it is on the database's machine, and there is no agent there",
  });
  assert.equal(await finder.isServerHere(remote), false);
  socket.destroy();
  server.close();
});

test("an address of another machine is said to have no agent", { skip }, async () => {
  const client = { address: "10.255.255.5", port: 5000 };
  assert.deepEqual(await finder.findClient({ client }), {
    outcome: "unknown",
    reason: "no agent on 10.255.255.5",
  });
});

test(
  "a process that may not be seen is unknown, with whose it is",
  { skip: SKIP_UNPRIVILEGED },
  async () => {
    await using program = startTestProgram({ command: process.execPath, args: ["-e", PAIR] });
    const connection = await pairOf(program.output);
    // Whoever is nobody may not look into a process of root.
    const nobody = startTestProgram({
      command: process.execPath,
      args: [
        "--conditions=@spoor/source",
        "--input-type=module-typescript",
        "-e",
        `import { LocalProcesses } from "${import.meta.resolve("./local-processes.ts")}";
       import { systemClock } from "@spoor/trace";
       const finder = new LocalProcesses({ clock: systemClock });
       process.setgroups([]); process.setgid(65534); process.setuid(65534);
       console.log(JSON.stringify(await finder.findClient(${JSON.stringify(connection)})));`,
      ],
      directory: new URL(".", import.meta.url).pathname,
    });
    await using _ = nobody;
    const answer = await until("an answer", () => /\{.*\}/u.exec(nobody.output())?.[0]);
    const finding = JSON.parse(answer) as { outcome: string; reason: string };
    assert.equal(finding.outcome, "unknown", answer);
    assert.match(finding.reason, /belongs to uid 0 on this machine; only root/u);
  },
);
