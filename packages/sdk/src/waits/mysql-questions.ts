/* How MySQL and MariaDB are asked what their statements wait for. */
import { createRequire } from "node:module";
import { context } from "@opentelemetry/api";
import { mysqlWaits, type Query, type Row } from "@spoor/waits";
import { suppressTracing } from "../context/linked-context.ts";
import { connectionRegistry } from "../instrument/database/connection-registry.ts";
import type { MysqlConnection } from "../instrument/database/mysql-connection.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import {
  type AskedDatabase,
  DatabaseQuestions,
  type QuestionsDriver,
  type QuestionsOptions,
  type RunningStatement,
} from "./database-questions.ts";
import { CONNECT_MS_MAX } from "./limits.ts";
import { ownInstrumentation, spanOfSession } from "./own-connections.ts";

/** What we use of a connection of our own. */
interface OwnConnection {
  query(
    sql: string,
    parameters: readonly string[],
    answered: (error: Error | null, rows: unknown) => void,
  ): unknown;
  connect(answered: (error: Error | null) => void): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  destroy(): void;
  readonly stream?: { unref(): unknown };
}

const MYSQL: QuestionsDriver<MysqlConnection> = { running: runningIn, keyOf: serverKey, open };

/** Asks the MySQL and MariaDB servers that this process uses. */
export function mysqlQuestions(options: QuestionsOptions): DatabaseQuestions<MysqlConnection> {
  return new DatabaseQuestions(MYSQL, options);
}

async function open(
  { config }: MysqlConnection,
  { clock, processes }: QuestionsOptions,
): Promise<AskedDatabase> {
  let isBroken = false;
  const create = mysqlCreate();
  const connection = create({ ...config, connectTimeout: CONNECT_MS_MAX });
  await new Promise<void>((resolve, reject) => {
    connection.on("error", (error) => {
      isBroken = true;
      reject(error);
    });
    connection.connect((error) => (error === null ? resolve() : reject(error)));
  });
  connection.stream?.unref();
  const query: Query = async (sql, parameters) =>
    await new Promise<readonly Row[]>((resolve, reject) => {
      context.with(suppressTracing(context.active()), () => {
        connection.query(sql, parameters, (error, rows) => {
          if (error !== null) reject(error);
          // Rows are objects with the columns by name; a statement such as SET gives none.
          else resolve(Array.isArray(rows) ? (rows as Row[]) : []);
        });
      });
    });
  const waits = mysqlWaits({
    query,
    clock,
    clients: processes,
    instrumentationOf: ownInstrumentation,
    spanOfSession,
  });
  return { waits, isBroken: () => isBroken, end: () => connection.destroy() };
}

/** The statement that runs for `span`, or for whoever asked for it. */
function runningIn(span: OpenSpan): RunningStatement<MysqlConnection> | undefined {
  for (const [client, record] of connectionRegistry.entries()) {
    const { lastQuery } = record;
    if (record.system !== "mysql" || lastQuery === undefined) continue;
    const isHere = lastQuery.by.spanId === span.spanId || lastQuery.by.spanId === span.parentSpanId;
    if (!isHere || lastQuery.endedMs !== undefined) continue;
    // The registry says that it is one of mysql2.
    return { client: client as MysqlConnection, pid: record.backendPid() };
  }
  return undefined;
}

function serverKey(client: object): string {
  // What mysql2 keeps of how a connection was made.
  const { config = {} } = client as { config?: { host?: string; port?: number; user?: string } };
  return JSON.stringify([config.host, config.port, config.user]);
}

type Create = (config: object) => OwnConnection;

/** The copy of mysql2 that the application has loaded. */
function mysqlCreate(): Create {
  const { cache } = createRequire(import.meta.url);
  for (const [path, module] of Object.entries(cache)) {
    if (!/mysql2[\\/]lib[\\/]create_connection\.js$/u.test(path)) continue;
    // What that module exports.
    return module?.exports as Create;
  }
  throw new Error("mysql2 is not loaded as a CommonJS module");
}
