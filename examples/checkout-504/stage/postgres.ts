/*
 * A PostgreSQL of the demo's own: a new cluster in a temporary directory, on a free port of the
 * loopback interface, gone when the demo ends. A server that already runs is never touched.
 */
import { randomBytes } from "node:crypto";
import { chown, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client, type QueryResult } from "pg";
import { type Program, startProgram } from "./child-process.ts";
import { freePort } from "./ports.ts";
import { findPostgres, unprivilegedUser } from "./postgres-programs.ts";
import type { Stage } from "./stage.ts";

const SCHEMA = `
  CREATE TABLE inventory (
    item_id text PRIMARY KEY,
    available integer NOT NULL,
    reconciled_at timestamptz
  );
  CREATE TABLE payments (
    payment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id text NOT NULL,
    user_id text NOT NULL,
    amount_cents integer NOT NULL,
    charge_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  INSERT INTO inventory (item_id, available) VALUES ('item_42', 100);
`;

/** Nothing here has to survive a power cut. */
const SETTINGS = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];

/** The shop's database. */
export interface Postgres {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly version: string;
  /** Where its programs were found. */
  readonly source: string;
}

/** Starts PostgreSQL with the shop's tables and one item in stock. */
export async function startPostgres(stage: Stage): Promise<Postgres> {
  const { directory, source } = await findPostgres(stage);
  const base = await stage.temporaryDirectory("postgres");
  const user = await unprivilegedUser();
  const cluster = join(base, "data");
  const passwordFile = join(base, "password");
  const password = randomBytes(16).toString("hex");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) {
    await chown(base, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const start = (name: string, args: string[], rest: Partial<Program> = {}) =>
    startProgram(stage, {
      name,
      command: join(directory, name),
      args: ["-D", cluster, ...args],
      env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
      workingDirectory: base,
      ...(user === undefined ? {} : { user }),
      ...rest,
    });

  const credentials = ["--username=shop", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  const initdb = start("initdb", [...credentials, "--encoding=UTF8", "--no-sync"]);
  const how = await initdb.ended;
  if (how !== "ended with exit code 0")
    throw new Error(`initdb ${how}\n${initdb.lines.join("\n")}`);

  const port = await freePort();
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  // SIGINT asks PostgreSQL for a fast shutdown; SIGTERM would wait for the clients to leave.
  const server = start("postgres", ["-p", String(port), ...settings], { stopSignal: "SIGINT" });
  const address = `postgres://shop:${password}@127.0.0.1:${port}`;
  await server.waitUntil((signal) => createShop(`${address}/postgres`, signal));
  const version = await query(`${address}/shop`, `${SCHEMA}; SHOW server_version`);
  return { url: `${address}/shop`, version: version.split(" ")[0] ?? version, source };
}

async function createShop(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await query(url, "CREATE DATABASE shop");
      return;
    } catch (error) {
      const isStarting = errorCode(error) === "ECONNREFUSED" || errorCode(error) === "57P03";
      if (!isStarting) throw error;
      await delay(50, undefined, { signal });
    }
  }
}

/** Runs statements on a connection of their own and returns the last one's first value. */
async function query(connectionString: string, sql: string): Promise<string> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    // Several statements in one query give an array of results, which pg's types do not say.
    const results = [await client.query(sql)].flat() as QueryResult<Record<string, unknown>>[];
    return String(Object.values(results.at(-1)?.rows[0] ?? {})[0]);
  } finally {
    await client.end();
  }
}

function errorCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
