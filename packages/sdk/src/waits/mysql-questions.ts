/*
 * What statements to MySQL or MariaDB wait for, asked over one more connection per server, as
 * `postgres-questions.ts` does it.
 */
import { createRequire } from "node:module";
import { context } from "@opentelemetry/api";
import { errorMessage, type WaitReport } from "@spoor/trace";
import { type DatabaseWaits, mysqlWaits, type Query, type Row } from "@spoor/waits";
import { suppressTracing } from "../context/linked-context.ts";
import {
  type ConnectionRecord,
  connectionRegistry,
} from "../instrument/database/connection-registry.ts";
import type { MysqlConnection } from "../instrument/database/mysql-connection.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { CONNECT_MS_MAX, QUESTIONS_IDLE_MS } from "./limits.ts";
import { ownInstrumentation, spanOfSession } from "./own-connections.ts";
import type { QuestionsOptions } from "./postgres-questions.ts";
import { unknownOn } from "./report-fields.ts";

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

interface Asked {
  readonly connection: OwnConnection;
  readonly waits: DatabaseWaits;
}

/** Asks the MySQL servers that this process uses. */
export class MysqlQuestions {
  readonly #options: QuestionsOptions;
  readonly #asked = new Map<object, Promise<Asked>>();
  #lastMs = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** What a statement that was asked for in `span` waits for; undefined when there is none. */
  async explain(span: OpenSpan): Promise<WaitReport | undefined> {
    const found = runningIn(span);
    if (found === undefined) return undefined;
    const { clock, areDatabasesAsked } = this.#options;
    if (!areDatabasesAsked) {
      return unknownOn(span, clock, "SPOOR_WAIT_QUERIES forbids to ask the database");
    }
    const pid = found.record.backendPid();
    if (pid === undefined) {
      return unknownOn(span, clock, "the connection to the database is not made yet");
    }
    this.#lastMs = clock.monotonicMs();
    try {
      const { waits } = await this.#ask(found.client);
      const reports = await waits.explain([{ pid, sinceUnixNano: span.startUnixNano }]);
      const gone = "the database does not know the session any more";
      return reports.get(pid) ?? unknownOn(span, clock, gone);
    } catch (error) {
      return unknownOn(span, clock, `the database could not be asked: ${errorMessage(error)}`);
    }
  }

  rest(): void {
    if (this.#options.clock.monotonicMs() - this.#lastMs > QUESTIONS_IDLE_MS) void this.close();
  }

  async close(): Promise<void> {
    const all = [...this.#asked.values()];
    this.#asked.clear();
    await Promise.all(
      all.map(async (opening) => {
        const asked = await opening.catch(() => undefined);
        await asked?.waits.close();
        asked?.connection.destroy();
      }),
    );
  }

  async #ask(client: MysqlConnection): Promise<Asked> {
    // Connections of one pool share their configuration; so do those that were made alike.
    const key = serverKey(client);
    const known = [...this.#asked.keys()].find((other) => serverKey(other) === key) ?? client;
    let asked = this.#asked.get(known);
    if (asked === undefined) {
      asked = context.with(suppressTracing(context.active()), () => this.#open(client));
      this.#asked.set(client, asked);
      asked.catch(() => this.#asked.delete(client));
    }
    return await asked;
  }

  async #open({ config }: MysqlConnection): Promise<Asked> {
    const { clock, processes } = this.#options;
    const create = mysqlCreate();
    const connection = create({ ...config, connectTimeout: CONNECT_MS_MAX });
    await new Promise<void>((resolve, reject) => {
      connection.on("error", (error) => {
        this.#asked.clear();
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
    return { connection, waits };
  }
}

/** The statement that runs for `span`, or for whoever asked for it. */
function runningIn(
  span: OpenSpan,
): { readonly client: MysqlConnection; readonly record: ConnectionRecord } | undefined {
  for (const [client, record] of connectionRegistry.entries()) {
    const { lastQuery } = record;
    if (record.system !== "mysql" || lastQuery === undefined) continue;
    const isHere = lastQuery.by.spanId === span.spanId || lastQuery.by.spanId === span.parentSpanId;
    if (!isHere || lastQuery.endedMs !== undefined) continue;
    // The registry says that it is one of mysql2.
    return { client: client as MysqlConnection, record };
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
