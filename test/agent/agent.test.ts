/* `spoor agent` on another host, asked who has a connection there. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { hostname } from "node:os";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "@spoor/trace";
import { AgentProcesses, type ClientConnection, LocalProcesses } from "@spoor/waits";
import {
  NO_TEST_HOST,
  startTestHost,
  startTestProgram,
  type TestHost,
  type TestProgram,
  until,
} from "@spoor/waits/test-servers";

const SPOOR = fileURLToPath(new URL("../../packages/cli/bin/spoor.js", import.meta.url));
const SECRET = "kept in /etc/spoor/agent-secret";
const JOB = `const [host, port] = process.argv.slice(-2);
  require("node:net").connect(Number(port), host).on("error", () => {});
  setInterval(() => {}, 60000);`;
const BUSY_SERVER = `const server = require("node:net").createServer();
  server.listen(0, "0.0.0.0", () => {
    console.log("port " + server.address().port);
    server.on("connection", () => setImmediate(() => { for (;;); }));
  });`;

const skip = NO_TEST_HOST;
let host: TestHost;
let database: Server;
let agent: TestProgram;
let agentPort = 0;

function startThere(...words: readonly string[]): TestProgram {
  return startTestProgram({ command: "ip", args: ["netns", "exec", host.namespace, ...words] });
}

/** The port that a program prints. */
async function portIn(program: TestProgram, pattern: RegExp): Promise<number> {
  const text = await until("a port", () => pattern.exec(program.output())?.[1], 60_000);
  return Number(text);
}

before(async () => {
  if (skip !== false) return;
  host = startTestHost();
  database = createServer((socket) => socket.on("error", () => {})).listen(0, host.hereAddress);
  await once(database, "listening");
  const flags = ["--host", host.address, "--port", "0"];
  agent = startThere(
    "env",
    `SPOOR_AGENT_SECRET=${SECRET}`,
    process.execPath,
    SPOOR,
    "agent",
    ...flags,
  );
  agentPort = await portIn(agent, /^agent {2}\S+:(\d+)$/mu);
});

after(async () => {
  if (skip !== false) return;
  await agent[Symbol.asyncDispose]();
  database.close();
  host[Symbol.dispose]();
});

/** As on a machine where nothing of that host is seen. */
function elsewhere(secret = SECRET, port = agentPort): AgentProcesses {
  const local = new LocalProcesses({ clock: systemClock, procPath: "/nowhere" });
  return new AgentProcesses({ local, clock: systemClock, secret, port });
}

function databasePort(): number {
  const address = database.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** A job there that is connected to the database here, and how the database sees it. */
async function startJob(): Promise<{ job: TestProgram; connection: ClientConnection }> {
  const arrived = once(database, "connection");
  const port = databasePort();
  const job = startThere(
    process.execPath,
    "-e",
    JOB,
    "--",
    "--batch-size=50",
    host.hereAddress,
    `${port}`,
  );
  // What a server emits with "connection".
  const [socket] = (await arrived) as [{ remotePort?: number }];
  const client = { address: host.address, port: socket.remotePort ?? 0 };
  return { job, connection: { client, server: { address: host.hereAddress, port } } };
}

test(
  "the process behind a connection from another host is named, without its values",
  { skip },
  async () => {
    const { job, connection } = await startJob();
    await using _ = job;
    const finding = await until(
      "an answer that the machine's load does not make late",
      async () => {
        const given = await elsewhere().findClient(connection);
        return given.outcome === "found" && given;
      },
    );
    const { pid, command, host: name, hiddenArgumentCount, startedUnixNano } = finding.process;
    assert.deepEqual(
      { pid, command, name },
      { pid: job.pid, command: "node -e --batch-size", name: hostname() },
    );
    assert.ok(hiddenArgumentCount > 0);
    assert.equal(typeof startedUnixNano, "bigint");
    assert.equal(finding.certainty, "seen");
  },
);

test("a client of another host that has ended is not named any more", { skip }, async () => {
  const { job, connection } = await startJob();
  await job.kill();
  const finding = await until("the agent to say so", async () => {
    const found = await elsewhere().findClient(connection);
    return found.outcome === "found" ? undefined : found;
  });
  // In a container some process may be hidden even from root, and could be the one.
  const isHonest = finding.outcome === "gone" || finding.reason.startsWith("not permitted to see");
  assert.ok(isHonest, JSON.stringify(finding));
});

test("whoever does not know the secret learns nothing", { skip }, async () => {
  const { job, connection } = await startJob();
  await using _ = job;
  const reason = `the agent on ${host.address} refuses to answer: another secret`;
  const stranger = elsewhere("another secret, as long as it");
  assert.deepEqual(await stranger.findClient(connection), { outcome: "unknown", reason });
  const url = `http://${host.address}:${agentPort}/v1/client`;
  const body = JSON.stringify(connection);
  for (const headers of [{}, { "x-spoor-signature": "" }, { "x-spoor-signature": "0:00" }]) {
    const response = await fetch(url, { method: "POST", body, headers });
    assert.equal(response.status, 401);
    assert.equal(await response.text(), "");
  }
  const long = await fetch(url, { method: "POST", body: "x".repeat(100_000) });
  assert.equal(long.status, 413);
});

test("an old question is not answered again", { skip }, async () => {
  const { job, connection } = await startJob();
  await using _ = job;
  const late = { ...systemClock, nowUnixNano: () => systemClock.nowUnixNano() - 60_000_000_000n };
  const local = new LocalProcesses({ clock: systemClock, procPath: "/nowhere" });
  const clock = { monotonicMs: () => systemClock.monotonicMs(), nowUnixNano: late.nowUnixNano };
  const slow = new AgentProcesses({ local, clock, secret: SECRET, port: agentPort });
  const reason = `the agent on ${host.address} refuses to answer: the clocks differ by more than 30 s`;
  assert.deepEqual(await slow.findClient(connection), { outcome: "unknown", reason });
});

test("where no agent runs, that is said, and is not asked again at once", { skip }, async () => {
  const { job, connection } = await startJob();
  await using _ = job;
  const finder = elsewhere(SECRET, 1);
  const expected = { outcome: "unknown", reason: `no agent on ${host.address}` };
  assert.deepEqual(await finder.findClient(connection), expected);
  assert.deepEqual(await finder.findClient(connection), expected);
});

test("whether a peer on another host has read what was sent is told", { skip }, async () => {
  await using server = startThere(process.execPath, "-e", BUSY_SERVER);
  const remote = { address: host.address, port: await portIn(server, /port (\d+)/u) };
  const { connect } = await import("node:net");
  const socket = connect(remote.port, remote.address);
  await once(socket, "connect");
  socket.write("GET / HTTP/1.1\r\n\r\n");
  const local = { address: socket.localAddress ?? "", port: socket.localPort ?? 0 };
  const peer = await until("the peer to have it", async () => {
    const found = await elsewhere().findPeer({ local, remote });
    return found !== undefined && found.socket.unreadBytes > 0 ? found : undefined;
  });
  assert.equal(peer.isAccepted, true);
  assert.equal(peer.owner.outcome === "found" && peer.owner.process.pid, server.pid);
  socket.destroy();
});
