/* What a statement to MariaDB and a command to Redis can wait for. */
import { setTimeout as delay } from "node:timers/promises";
import { findProgram, startTestProgram } from "@spoor/waits/test-servers";
import { Redis } from "ioredis";
import { createPool, type Pool } from "mysql2/promise";
import type { Scenario, Scenarios, Tools } from "./scenario.ts";

function mysql({ stores }: Tools): Pool {
  return createPool({ host: "127.0.0.1", port: stores.mariadbPort, user: "app", database: "shop" });
}

/** A scenario in which a job that is not traced keeps the application from `want`. */
function heldByJob(take: string, want: string): Scenario {
  return async (tools) => {
    const { mariadbPort } = tools.stores;
    const job = await tools.startBystander("mysql-job", String(mariadbPort), take);
    tools.expect({ kind: "db.lock", pids: [job.pid] });
    await tools.request("reserve", () => mysql(tools).query(want));
  };
}

function redis({ stores }: Tools): Redis {
  const client = new Redis({ host: "127.0.0.1", port: stores.redisPort });
  client.on("error", () => {});
  return client;
}

/** Scenarios of MariaDB and Redis. */
export const storeScenarios: Scenarios = {
  "mysql-row-lock": heldByJob(
    "UPDATE inventory SET quantity = 1 WHERE sku = 'SKU-1'",
    "SELECT * FROM inventory WHERE sku = 'SKU-1' FOR UPDATE",
  ),
  "mysql-metadata-lock": heldByJob(
    "SELECT count(*) FROM inventory",
    // May happen in each run, when the job has ended.
    "ALTER TABLE inventory FORCE",
  ),
  "mysql-user-lock": heldByJob("SELECT GET_LOCK('prices', 0)", "SELECT GET_LOCK('prices', 600)"),

  "redis-slow-script": async (tools) => {
    const client = redis(tools);
    await client.ping();
    const script = "while true do end";
    const cli = tools.keep(
      startTestProgram({
        command: findProgram("redis-cli") ?? "redis-cli",
        args: ["-p", String(tools.stores.redisPort), "eval", script, "0"],
      }),
    );
    tools.expect({ kind: "redis.stall", pids: [cli.pid] });
    await delay(300);
    await tools.request("price", () => client.get("price"));
  },

  "redis-list-is-empty": async (tools) => {
    const client = redis(tools);
    await client.ping();
    tools.expect({ kind: "redis.blocked" });
    await tools.request("next job", () => client.blpop("jobs", 0));
  },

  "redis-behind-own-blpop": async (tools) => {
    const client = redis(tools);
    await client.ping();
    void tools.request("next job", () => client.blpop("jobs", 0));
    await delay(50);
    tools.expect({ kind: "redis.blocked", says: `a request in trace` });
    await tools.request("price", () => client.get("price"));
  },
};
