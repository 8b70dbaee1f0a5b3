/*
 * A MariaDB or MySQL of a test's own, with a shop in it: in a temporary directory, on a free port
 * of 127.0.0.1, with the users `app`, `job` and `watch` (`PROCESS`) and `nobody`.
 */
import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection } from "mysql2/promise";
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

/** A running server. */
export interface TestMariadb extends AsyncDisposable {
  readonly port: number;
  readonly program: TestProgram;
  /** A connection of the superuser, over the Unix socket. */
  readonly root: Connection;
  /** A connection for a test, which ends with the server. */
  connect(user: string): Promise<Connection>;
}

/** Why there can be no server; false when there can. For the option `skip` of a test. */
export const NO_MARIADB: string | false =
  findProgram("mariadbd") === undefined || findProgram("mariadb-install-db") === undefined
    ? "MariaDB is not installed"
    : process.getuid?.() === 0 && serverUser(["mysql", "nobody"]) === undefined
      ? "MariaDB refuses to run as root, and there is no other user"
      : false;

const SCHEMA = [
  "CREATE DATABASE shop",
  "CREATE TABLE shop.inventory (sku VARCHAR(20) PRIMARY KEY, quantity INT NOT NULL) ENGINE=InnoDB",
  ...Array.from({ length: 30 }, (_, n) => `INSERT INTO shop.inventory VALUES ('SKU-${n}', 100)`),
  ...["app", "job", "nobody", "watch"].map((user) => `CREATE USER ${user}@'127.0.0.1'`),
  "GRANT ALL ON shop.* TO app@'127.0.0.1'",
  "GRANT ALL ON shop.* TO job@'127.0.0.1'",
  "GRANT PROCESS ON *.* TO watch@'127.0.0.1'",
];

/** A server of MySQL's own: `SPOOR_TEST_MYSQLD`, or the `mysqld` here that is not MariaDB's. */
const MYSQLD: string | undefined = process.env["SPOOR_TEST_MYSQLD"] ?? ownMysqld();

function ownMysqld(): string | undefined {
  const found = findProgram("mysqld");
  if (found === undefined) return undefined;
  const { stdout } = spawnSync(found, ["--version"], { encoding: "utf8" });
  return /mariadb/iu.test(stdout) ? undefined : found;
}

/** Why there can be no server of MySQL; false when there can. */
export const NO_MYSQL: string | false =
  MYSQLD === undefined && "MySQL is not installed (SPOOR_TEST_MYSQLD names its mysqld)";

/** Starts a MariaDB. */
export function startTestMariadb(): Promise<TestMariadb> {
  return startServer({
    install: findProgram("mariadb-install-db") ?? "",
    installArgs: ["--auth-root-authentication-method=normal", "--skip-test-db"],
    command: findProgram("mariadbd") ?? "",
    args: ["--plugin-load-add=metadata_lock_info", "--plugin-maturity=unknown"],
  });
}

/** Starts a MySQL. */
export function startTestMysql(): Promise<TestMariadb> {
  const command = MYSQLD ?? "";
  const installArgs = ["--initialize-insecure"];
  return startServer({
    install: command,
    installArgs,
    command,
    args: ["--mysqlx=OFF", "--secure-file-priv=NULL"],
  });
}

interface Flavour {
  readonly install: string;
  readonly installArgs: readonly string[];
  readonly command: string;
  readonly args: readonly string[];
}

async function startServer(flavour: Flavour): Promise<TestMariadb> {
  const runAs = serverUser(["mysql", "nobody"]);
  const directory = mkdtempSync(join(tmpdir(), "spoor-waits-mariadb-"));
  if (runAs !== undefined) chownSync(directory, runAs.uid, runAs.gid);
  const data = join(directory, "data");
  runTestProgram({
    command: flavour.install,
    args: ["--no-defaults", `--datadir=${data}`, ...flavour.installArgs],
    runAs,
    directory,
  });
  const port = await freePort();
  const program = startTestProgram({
    command: flavour.command,
    args: [
      "--no-defaults",
      `--datadir=${data}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      `--socket=${join(directory, "socket")}`,
      "--skip-name-resolve",
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-lock-wait-timeout=600",
      "--innodb-deadlock-detect=OFF",
      ...flavour.args,
    ],
    runAs,
    directory,
    stopSignal: "SIGKILL",
  });
  const connections: Connection[] = [];
  const connect = async (user: string, target: { socketPath?: string } = {}) => {
    const connection = await createConnection({
      user,
      ...(target.socketPath === undefined ? { host: "127.0.0.1", port } : target),
      ...(user === "app" || user === "job" ? { database: "shop" } : {}),
    });
    // A server that stops is no failure of a test.
    connection.on("error", () => {});
    connections.push(connection);
    return connection;
  };
  const socketPath = join(directory, "socket");
  const root = await until("the server to start", () =>
    connect("root", { socketPath }).catch(() => undefined),
  );
  for (const sql of SCHEMA) await root.query(sql);
  return {
    port,
    program,
    root,
    connect: (user) => connect(user),
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.destroy();
      await program[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** How a connection of `mysql2` asks. */
export function queryOfMysql(connection: Connection): Query {
  return async (sql, parameters) => {
    const [rows] = await connection.query(sql, [...parameters]);
    // Rows are objects with the columns by name; a statement such as SET gives none.
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  };
}
