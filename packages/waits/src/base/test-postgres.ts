/*
 * A PostgreSQL of a test's own, with a shop in it: in a temporary directory, on a free port of
 * 127.0.0.1 and a Unix socket, with the users `shop` (all rights), `app` and `job` (the tables),
 * `stats` (`pg_read_all_stats`) and `nobody` (nothing).
 */
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import type { Query } from "./query.ts";
import {
  findProgram,
  freePort,
  runTestProgram,
  serverUser,
  startTestProgram,
  type TestProgram,
  until,
} from "./test-program.ts";

const SCHEMA = `
  CREATE TABLE inventory (sku text PRIMARY KEY, quantity integer NOT NULL);
  INSERT INTO inventory SELECT 'SKU-' || n, 100 FROM generate_series(1, 50) n;
  CREATE TABLE orders (id integer PRIMARY KEY);
  CREATE ROLE app LOGIN; CREATE ROLE job LOGIN; CREATE ROLE nobody LOGIN;
  CREATE ROLE stats LOGIN; GRANT pg_read_all_stats TO stats;
  GRANT ALL ON inventory, orders TO app, job;
  GRANT CREATE ON SCHEMA public TO app;
  ALTER TABLE inventory OWNER TO app;
`;

/** A running server. */
export interface TestPostgres extends AsyncDisposable {
  readonly port: number;
  /** The directory of its Unix socket. */
  readonly socketDirectory: string;
  readonly program: TestProgram;
  /** A connection for a test, which ends with the server. */
  connect(user: string, how?: ConnectHow): Promise<Client>;
}

/** How a test connects. */
export interface ConnectHow {
  readonly application?: string;
  /** The directory of a Unix socket, or an address. */
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
}

/**
 * Runs statements in `psql`, a process that nobody instrumented, which then keeps its session and
 * its transaction open. Resolves when the statements before `last` are done; `last` is sent and
 * not waited for.
 */
export async function startPsql(
  how: { readonly host: string; readonly port: number; readonly user: string },
  statements: string,
  last = "",
): Promise<TestProgram> {
  const psql = startTestProgram({
    command: findProgram("psql") ?? "psql",
    args: ["-h", how.host, "-p", String(how.port), "-U", how.user, "-d", "postgres", "-q", "-A"],
    environment: { PGAPPNAME: "nightly", PGPASSWORD: "secret" },
  });
  psql.child.stdin?.write(`${statements}\n\\echo done\n${last}\n`);
  await until("psql to run its statements", () => psql.output().includes("done"));
  return psql;
}

/** Why there can be no server; false when there can. For the option `skip` of a test. */
export const NO_POSTGRES: string | false =
  findProgram("initdb") === undefined
    ? "PostgreSQL is not installed"
    : process.getuid?.() === 0 && serverUser(["postgres", "nobody"]) === undefined
      ? "PostgreSQL refuses to run as root, and there is no other user"
      : false;

/** Starts a server. */
export async function startTestPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<TestPostgres> {
  const bin = dirname(findProgram("initdb") ?? "");
  const runAs = serverUser(["postgres", "nobody"]);
  const directory = mkdtempSync(join(tmpdir(), "spoor-waits-postgres-"));
  if (runAs !== undefined) chownSync(directory, runAs.uid, runAs.gid);
  const data = join(directory, "data");
  runTestProgram({
    command: join(bin, "initdb"),
    args: ["-D", data, "--username=shop", "--auth=trust", "--encoding=UTF8", "--no-sync"],
    runAs,
    directory,
  });
  const port = await freePort();
  const all = {
    listen_addresses: "127.0.0.1,::1",
    unix_socket_directories: directory,
    fsync: "off",
    max_prepared_transactions: "5",
    shared_buffers: "16MB",
    ...settings,
  };
  const program = startTestProgram({
    command: join(bin, "postgres"),
    args: [
      "-D",
      data,
      "-p",
      String(port),
      ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    runAs,
    directory,
    stopSignal: "SIGQUIT",
  });
  const clients: Client[] = [];
  const connect = async (user: string, how: ConnectHow = {}) => {
    const client = new Client({
      user,
      host: how.host ?? "127.0.0.1",
      port: how.port ?? port,
      database: how.database ?? "postgres",
      ...(how.application === undefined ? {} : { application_name: how.application }),
    });
    // A server that stops, or a session that is ended on purpose, is no failure of a test.
    client.on("error", () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  const admin = await until("PostgreSQL to start", () => connect("shop").catch(() => undefined));
  await admin.query(SCHEMA);
  return {
    port,
    socketDirectory: directory,
    program,
    connect,
    [Symbol.asyncDispose]: async () => {
      const ends = clients.map((client) => client.end().catch(() => "it was gone already"));
      await program[Symbol.asyncDispose]();
      await Promise.all(ends);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** How a connection of `pg` asks. */
export function queryOf(client: Client): Query {
  // The rows of pg are objects with the columns by name.
  return async (sql, parameters) => {
    const result = await client.query<Record<string, unknown>>(sql, [...parameters]);
    return result.rows;
  };
}

/** The pid of the backend that serves a connection. */
export function backendPid(client: Client): number {
  // A public property that the types of pg leave out.
  return (client as Client & { readonly processID: number }).processID;
}
