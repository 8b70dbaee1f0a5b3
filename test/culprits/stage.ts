/* The stores that scenarios need, started once for all of them. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  findProgram,
  freePort,
  NO_MARIADB,
  NO_POSTGRES,
  serverUser,
  startTestMariadb,
  startTestPostgres,
  startTestProgram,
  until,
} from "@spoor/waits/test-servers";
import { Redis } from "ioredis";
import type { Stores } from "./scenario.ts";

const PROGRAMS = ["redis-server", "redis-cli", "psql", "pgbouncer", "ss", "ip", "unshare"];

/** Why nothing can be staged on this machine; false when it can. */
export const NO_STAGE: string | false =
  NO_POSTGRES ||
  NO_MARIADB ||
  PROGRAMS.find((program) => findProgram(program) === undefined) ||
  (process.getuid?.() === 0 ? false : "only root may give applications a view of their own");

/** Of this machine alone, and nobody else's. */
const NAMESERVER = "127.0.0.77";

/** Running stores. */
export interface Stage extends AsyncDisposable {
  readonly stores: Stores;
  /** What PostgreSQL has written to its log. */
  postgresLog(): string;
  /** Connections of applications that ask what others wait for. */
  watcherCount(): Promise<number>;
  /** As after the start: what the last scenario left is taken back. */
  clean(): Promise<void>;
}

/** Starts all stores. */
export async function startStage(
  postgresSettings: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const postgres = await startTestPostgres(postgresSettings);
  const mariadb = await startTestMariadb();
  await mariadb.root.query("GRANT PROCESS ON *.* TO app@'127.0.0.1'");
  const redisPort = await freePort();
  const redis = startTestProgram({
    command: findProgram("redis-server") ?? "",
    args: ["--port", String(redisPort), "--bind", "127.0.0.1", "--save", ""],
  });
  await until("Redis to start", () => redis.output().includes("eady to accept"));
  const directory = mkdtempSync(join(tmpdir(), "spoor-culprits-"));
  chmodSync(directory, 0o755);
  const pgbouncerPort = await freePort();
  const settings = join(directory, "pgbouncer.ini");
  writeFileSync(settings, pgbouncerSettings(postgres.port, pgbouncerPort));
  const pgbouncer = startTestProgram({
    command: findProgram("pgbouncer") ?? "",
    args: [settings],
    runAs: serverUser(["postgres", "nobody"]),
    stopSignal: "SIGINT",
  });
  const nameserver = await startSilentNameserver();
  const resolverFile = join(directory, "resolv.conf");
  writeFileSync(resolverFile, `nameserver ${NAMESERVER}\n`);
  const admin = await postgres.connect("shop");
  return {
    stores: {
      postgresPort: postgres.port,
      postgresSocket: postgres.socketDirectory,
      mariadbPort: mariadb.port,
      redisPort,
      pgbouncerPort,
      resolverFile,
    },
    postgresLog: postgres.program.output,
    watcherCount: async () => {
      const { rows } = await admin.query<{ count: string }>(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'spoor-watch'",
      );
      return Number(rows[0]?.count);
    },
    clean: async () => {
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity " +
          "WHERE usename IN ('app', 'job', 'shop') AND pid <> pg_backend_pid()",
      );
      const { rows } = await admin.query<{ gid: string }>("SELECT gid FROM pg_prepared_xacts");
      for (const { gid } of rows) await admin.query(`ROLLBACK PREPARED '${gid}'`);
      await killScript(redisPort);
      for (const user of ["app", "job"]) await mariadb.root.query(`KILL USER ${user}@'127.0.0.1'`);
    },
    [Symbol.asyncDispose]: async () => {
      nameserver.close();
      await pgbouncer[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
      await mariadb[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Takes questions, and answers none. */
async function startSilentNameserver(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(53, NAMESERVER);
  await once(socket, "listening");
  return socket.unref();
}

/** A script that nobody waits for any more runs on; Redis hears of nothing else meanwhile. */
async function killScript(port: number): Promise<void> {
  const client = new Redis({ host: "127.0.0.1", port, enableReadyCheck: false });
  client.on("error", () => {});
  const answer = await client.call("SCRIPT", "KILL").catch(String);
  client.disconnect();
  const isDone = answer === "OK" || String(answer).includes("NOTBUSY");
  if (!isDone) throw new Error(`cannot end the script in Redis: ${String(answer)}`);
}

function pgbouncerSettings(databasePort: number, port: number): string {
  return `[databases]
postgres = host=127.0.0.1 port=${databasePort} user=job
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits
`;
}
