/* What a request to another process can wait for, and what a process waits for in itself. */
import { EventEmitter, once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import { spoor, watchLimit, watchMutex, watchQueue } from "@spoor/sdk";
import { Mutex, Semaphore } from "async-mutex";
import pLimit from "p-limit";
import PQueue from "p-queue";
import { Agent as UndiciAgent, request } from "undici";
import { collectMemory, fillThreadPool } from "./busy-process.ts";
import type { Scenarios } from "./scenario.ts";

function currentSpanId(): string {
  return trace.getActiveSpan()?.spanContext().spanId ?? "";
}

const never = new Promise<never>(() => {});

async function getOnce(url: string, agent?: Agent): Promise<void> {
  await new Promise((resolve, reject) => {
    get(url, agent === undefined ? {} : { agent }, (response) => {
      response.resume().on("end", resolve);
    }).on("error", reject);
  });
}

/** Until something else ends this process. */
const BLOCKED_MS = 60_000;

function countPrimes(ms: number): number {
  const endMs = performance.now() + ms;
  let count = 0;
  for (let n = 3; performance.now() < endMs; n += 2) {
    let divisor = 3;
    while (divisor * divisor <= n && n % divisor !== 0) divisor += 2;
    if (divisor * divisor > n) count += 1;
  }
  return count;
}

/** The kind of pattern that takes exponential time. */
function isCode(text: string): boolean {
  return /^(?:\w+\s?)+$/u.test(text);
}

/** Scenarios of HTTP and of the process itself. */
export const processScenarios: Scenarios = {
  "http-unread-by-busy-peer": async (tools) => {
    const peer = await tools.startBystander("http-server", "busy");
    tools.expect({ kind: "http.unread", pids: [peer.pid] });
    await tools.request("quote", () => getOnce(`http://127.0.0.1:${peer.port}/block`));
  },
  "http-not-accepted-by-stopped-peer": async (tools) => {
    const peer = await tools.startBystander("http-server", "answering");
    process.kill(peer.pid, "SIGSTOP");
    tools.expect({ kind: "http.unread", pids: [peer.pid] });
    await tools.request("quote", () => getOnce(`http://127.0.0.1:${peer.port}/`));
  },
  "fetch-unread-by-stopped-peer": async (tools) => {
    const peer = await tools.startBystander("http-server", "answering");
    await (await fetch(`http://127.0.0.1:${peer.port}/`)).text();
    process.kill(peer.pid, "SIGSTOP");
    tools.expect({ kind: "http.unread", pids: [peer.pid] });
    await tools.request("quote", () => fetch(`http://127.0.0.1:${peer.port}/`));
  },
  "http-read-and-unanswered": async (tools) => {
    const peer = await tools.startBystander("http-server", "silent");
    tools.expect({ kind: "http.unanswered", pids: [peer.pid] });
    await tools.request("quote", () => getOnce(`http://127.0.0.1:${peer.port}/`));
  },
  "fetch-read-and-unanswered": async (tools) => {
    const peer = await tools.startBystander("http-server", "silent");
    tools.expect({ kind: "http.unanswered", pids: [peer.pid] });
    await tools.request("quote", () => fetch(`http://127.0.0.1:${peer.port}/`));
  },
  "http-agent-queue": async (tools) => {
    const peer = await tools.startBystander("http-server", "silent");
    const agent = new Agent({ maxSockets: 1 });
    const url = `http://127.0.0.1:${peer.port}/`;
    void tools.request("first", () => getOnce(url, agent));
    await delay(50);
    tools.expect({ kind: "http.queued", says: "a request in trace" });
    await tools.request("second", () => getOnce(url, agent));
  },
  "undici-agent-queue": async (tools) => {
    const peer = await tools.startBystander("http-server", "silent");
    const dispatcher = new UndiciAgent({ connections: 1 });
    const url = `http://127.0.0.1:${peer.port}/`;
    void tools.request("first", () => request(url, { dispatcher }));
    await delay(200);
    tools.expect({ kind: "http.queued", says: "a request in trace" });
    await tools.request("second", () => request(url, { dispatcher }));
  },

  "thread-pool-full-file": async (tools) => {
    fillThreadPool();
    tools.expect({ kind: "threadpool" });
    await tools.request("read", () => readFile("/etc/hostname"));
  },
  "thread-pool-full-name": async (tools) => {
    fillThreadPool();
    tools.expect({ kind: "threadpool" });
    await tools.request("quote", () => getOnce("http://localhost:9/"));
  },

  "event-loop-blocked-by-itself": async (tools) => {
    tools.expect({ kind: "eventloop", says: "countPrimes" });
    await tools.request("report", async () => {
      await delay(50);
      countPrimes(BLOCKED_MS);
    });
  },
  "event-loop-blocked-by-other": async (tools) => {
    const peer = await tools.startBystander("http-server", "slow");
    void tools.request("quote", () => fetch(`http://127.0.0.1:${peer.port}/`));
    await tools.request("import", async () => {
      tools.expect({ kind: "eventloop", spanId: currentSpanId(), says: "countPrimes" });
      await delay(50);
      countPrimes(BLOCKED_MS);
    });
  },
  "event-loop-blocked-by-pattern": async (tools) => {
    tools.expect({ kind: "eventloop", says: "isCode" });
    await tools.request("validate", async () => {
      await delay(50);
      isCode(`${"a".repeat(40)}!`);
    });
  },

  "promise-that-nothing-settles": async (tools) => {
    collectMemory();
    tools.expect({ kind: "promise" });
    await tools.request("price", () => new Promise(() => {}));
  },
  "event-that-nobody-emits": async (tools) => {
    collectMemory();
    tools.expect({ kind: "promise" });
    await tools.request("price", () => once(new EventEmitter(), "prices"));
  },

  "own-lock-told": async (tools) => {
    let spanId = "";
    void tools.request("refresh prices", async () => {
      spanId = currentSpanId();
      await never;
    });
    tools.expect({ kind: "mutex", spanId });
    await tools.request("price", async () => {
      const done = spoor.wait("prices", () => ({ traceId: "0".repeat(31) + "1", spanId }));
      await never;
      done();
    });
  },
  "async-mutex": async (tools) => {
    const mutex = watchMutex("prices", new Mutex());
    let spanId = "";
    void tools.request("refresh prices", async () => {
      spanId = currentSpanId();
      await mutex.acquire();
    });
    await delay(10);
    tools.expect({ kind: "mutex", spanId, says: "process-scenarios.ts" });
    await tools.request("price", () => mutex.runExclusive(() => 1));
  },
  "async-semaphore": async (tools) => {
    const semaphore = watchMutex("suppliers", new Semaphore(1));
    let spanId = "";
    void tools.request("import", async () => {
      spanId = currentSpanId();
      await semaphore.acquire();
    });
    await delay(10);
    tools.expect({ kind: "mutex", spanId });
    await tools.request("order", () => semaphore.acquire());
  },
  "p-limit": async (tools) => {
    const limit = watchLimit("suppliers", pLimit(1));
    let spanId = "";
    void tools.request("import", async () => {
      spanId = currentSpanId();
      await limit(() => never);
    });
    await delay(10);
    tools.expect({ kind: "mutex", spanId });
    await tools.request("order", () => limit(() => 1));
  },
  "p-queue": async (tools) => {
    const queue = watchQueue("mails", new PQueue({ concurrency: 1 }));
    let spanId = "";
    void tools.request("newsletter", async () => {
      spanId = currentSpanId();
      await queue.add(() => never);
    });
    await delay(10);
    tools.expect({ kind: "mutex", spanId });
    await tools.request("welcome", () => queue.add(() => 1));
  },
};
