/* What a request can wait for before a peer has it: a name, a connection, the way there. */
import { once } from "node:events";
import { lookup } from "node:dns";
import { Agent, get, request } from "node:http";
import { connect } from "node:net";
import { startTestHost } from "@spoor/waits/test-servers";
import type { Scenarios, Tools } from "./scenario.ts";

/** Nobody answers for it: see `nameserver` of the stage. */
const NAME = "prices.internal";
/** The kernel takes one connection more than it was told before a process accepts. */
const CONNECTIONS_NOT_ACCEPTED = 2;

async function fillBacklog(port: number): Promise<void> {
  for (let n = 0; n < CONNECTIONS_NOT_ACCEPTED; n += 1) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
  }
}

function getFor(url: string, agent?: Agent): Promise<unknown> {
  return once(get(url, agent === undefined ? {} : { agent }), "response");
}

/** A peer with a backlog that is full. */
async function startFullPeer(tools: Tools): Promise<number> {
  const peer = await tools.startBystander("http-server", "full");
  process.kill(peer.pid, "SIGSTOP");
  await fillBacklog(peer.port);
  return peer.port;
}

/** Scenarios of the way to a peer. Those that begin with `dns-` see only the stage's nameserver. */
export const networkScenarios: Scenarios = {
  "dns-unanswered": async (tools) => {
    tools.expect({ kind: "dns", says: NAME });
    await tools.request("quote", () => getFor(`http://${NAME}/`));
  },
  "dns-unanswered-fetch": async (tools) => {
    tools.expect({ kind: "dns", says: NAME });
    await tools.request("quote", () => fetch(`http://${NAME}/`));
  },
  "dns-of-a-neighbour": async (tools) => {
    const port = await startFullPeer(tools);
    lookup(NAME, () => {});
    tools.expect({ kind: "http.unacked" });
    await tools.request("quote", () => getFor(`http://127.0.0.1:${port}/`));
  },

  "http-connection-not-taken": async (tools) => {
    const port = await startFullPeer(tools);
    tools.expect({ kind: "http.unacked", says: `127.0.0.1:${port}` });
    await tools.request("quote", () => getFor(`http://127.0.0.1:${port}/`));
  },
  "fetch-connection-not-taken": async (tools) => {
    const port = await startFullPeer(tools);
    tools.expect({ kind: "http.unacked", says: `127.0.0.1:${port}` });
    await tools.request("quote", () => fetch(`http://127.0.0.1:${port}/`));
  },
  "http-upload-unread": async (tools) => {
    const peer = await tools.startBystander("http-server", "answering");
    tools.expect({ kind: "http.unread", pids: [peer.pid] });
    await tools.request("upload", async () => {
      const upload = request({ host: "127.0.0.1", port: peer.port, method: "POST" });
      upload.on("error", () => {});
      upload.flushHeaders();
      await once(upload, "socket");
      process.kill(peer.pid, "SIGSTOP");
      upload.end(Buffer.alloc(64 * 1024 * 1024));
      await once(upload, "response");
    });
  },
  "http-unacknowledged": async (tools) => {
    const host = startTestHost();
    const peer = await tools.startBystanderIn(host.namespace, "http-server", "answering", "alone");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const url = `http://${host.address}:${peer.port}/`;
    await new Promise((resolve, reject) => {
      get(url, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
    });
    host.cut();
    tools.expect({ kind: "http.unacked" });
    await tools.request("quote", () => getFor(url, agent));
  },
};
