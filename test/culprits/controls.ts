/* Requests that are slow and healthy: nobody is to be accused. */
import { execFile } from "node:child_process";
import { lookup } from "node:dns";
import { EventEmitter, once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { createPool } from "mysql2/promise";
import { Pool } from "pg";
import { watchMutex } from "@spoor/sdk";
import { Mutex } from "async-mutex";
import { collectMemory, fillThreadPool } from "./busy-process.ts";
import type { Scenarios } from "./scenario.ts";

const SLOW_MS = 20_000;
const HEALTHY_MS = 2500;

/** Whoever will let requests go on. */
const kept: (() => void)[] = [];

/** Not slow at all: of these nothing is to be heard. */
export const healthy: Scenarios = {
  "many-short-queries": async (tools) => {
    const { postgresPort: port } = tools.stores;
    const pool = new Pool({ host: "127.0.0.1", port, user: "app", database: "postgres", max: 1 });
    pool.on("error", () => {});
    const endMs = performance.now() + HEALTHY_MS;
    while (performance.now() < endMs) {
      await tools.request("read", () => pool.query("SELECT count(*) FROM inventory"));
      await delay(10);
    }
    console.log("all answered in time");
    await tools.request("report", () => pool.query("SELECT pg_sleep(600)"));
  },
};

/** Controls by name. */
export const controls: Scenarios = {
  "deliberate-sleep": async (tools) => {
    await tools.request("sleep", () => delay(SLOW_MS));
  },
  "slow-query": async (tools) => {
    const { postgresPort: port } = tools.stores;
    const pool = new Pool({ host: "127.0.0.1", port, user: "app", database: "postgres" });
    pool.on("error", () => {});
    await tools.request("report", () => pool.query("SELECT pg_sleep(20)"));
  },
  "computing-query": async (tools) => {
    const { postgresPort: port } = tools.stores;
    const pool = new Pool({ host: "127.0.0.1", port, user: "app", database: "postgres" });
    pool.on("error", () => {});
    const sql = "SELECT count(*) FROM generate_series(1, 10000000000)";
    await tools.request("report", () => pool.query(sql));
  },
  "slow-mysql-query": async (tools) => {
    const { mariadbPort: port } = tools.stores;
    const pool = createPool({ host: "127.0.0.1", port, user: "app", database: "shop" });
    await tools.request("report", () => pool.query("SELECT SLEEP(20)"));
  },
  "long-stream": async (tools) => {
    const peer = await tools.startBystander("http-server", "streaming");
    await tools.request("download", async () => {
      // What a request emits as "response".
      const [response] = (await once(get(`http://127.0.0.1:${peer.port}/`), "response")) as [
        IncomingMessage,
      ];
      for await (const _ of response) void _;
    });
  },
  "long-poll": async (tools) => {
    const peer = await tools.startBystander("http-server", "silent");
    await tools.request("events", () => fetch(`http://127.0.0.1:${peer.port}/events`));
  },
  "busy-neighbour": async (tools) => {
    await tools.startBystander("busy-loop");
    await tools.request("sleep", () => delay(SLOW_MS));
  },
  "promise-that-is-kept": async (tools) => {
    collectMemory();
    await tools.request("next order", () => new Promise<void>((resolve) => kept.push(resolve)));
  },
  "callback-that-is-kept": async (tools) => {
    collectMemory();
    const orders = new EventEmitter();
    kept.push(() => orders.emit("order"));
    await tools.request("next order", () => once(orders, "order"));
  },
  "dns-long-poll": async (tools) => {
    const peer = await tools.startBystander("http-server", "silent");
    lookup("prices.internal", () => {});
    await tools.request("events", () => once(get(`http://localhost:${peer.port}/`), "response"));
  },
  "sleep-beside-a-full-pool": async (tools) => {
    fillThreadPool();
    await tools.request("sleep", () => delay(SLOW_MS));
  },
  "mutex-is-taken-and-used": async (tools) => {
    const mutex = watchMutex("prices", new Mutex());
    await tools.request("refresh prices", () => mutex.runExclusive(() => delay(SLOW_MS)));
  },
  "child-process": async (tools) => {
    await tools.request("convert", () => promisify(execFile)("sleep", ["20"]));
  },
  "many-small-steps": async (tools) => {
    const endMs = performance.now() + SLOW_MS;
    await tools.request("import", async () => {
      while (performance.now() < endMs) {
        for (let n = 0; n < 10_000; n += 1) Math.sqrt(n);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    });
  },
  "event-loop-with-pauses": async (tools) => {
    await tools.request("import", async () => {
      for (let n = 0; n < 30; n += 1) {
        const endMs = performance.now() + 500;
        while (performance.now() < endMs) Math.sqrt(n);
        await delay(20);
      }
    });
  },
  "retries-with-pauses": async (tools) => {
    await tools.request("order", async () => {
      for (let n = 0; n < 100; n += 1) {
        await tools.request("try", () => delay(200));
      }
    });
  },
};
