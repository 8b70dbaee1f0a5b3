/*
 * What statements to PostgreSQL wait for, asked over one more connection per database, with the
 * application's own credentials. It is opened when the first statement is overdue, and closed when
 * none has been for a while: a healthy application asks nothing.
 */
import { context } from "@opentelemetry/api";
import { type Clock, errorMessage, unknownWait, type WaitReport } from "@spoor/trace";
import {
  type DatabaseWaits,
  postgresWaits,
  type Processes,
  type Query,
  type Row,
} from "@spoor/waits";
import { suppressTracing } from "../context/linked-context.ts";
import { connectionRegistry } from "../instrument/database/connection-registry.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { CONNECT_MS_MAX, QUESTIONS_IDLE_MS } from "./limits.ts";
import { ownInstrumentation, spanOfSession } from "./own-connections.ts";

/** What we use of a `pg.Client` of the application. */
interface ApplicationClient {
  readonly processID?: number | null;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
  readonly password?: unknown;
  readonly ssl?: unknown;
}

/** What we use of a `pg.Client` of our own. */
interface OwnClient {
  connect(): Promise<unknown>;
  query(sql: string, parameters: readonly string[]): Promise<{ readonly rows: readonly Row[] }>;
  end(): Promise<void>;
  unref(): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

type ClientClass = new (config: Readonly<Record<string, unknown>>) => OwnClient;

interface Asked {
  readonly client: OwnClient;
  readonly waits: DatabaseWaits;
  isBroken: boolean;
}

/** What asking needs. */
export interface QuestionsOptions {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly areDatabasesAsked: boolean;
}

/** Asks the PostgreSQL databases that this process uses. */
export class PostgresQuestions {
  readonly #options: QuestionsOptions;
  readonly #asked = new Map<string, Promise<Asked>>();
  #lastMs = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** What the statement of `span` waits for; undefined when it is no statement to PostgreSQL. */
  async explain(span: OpenSpan): Promise<WaitReport | undefined> {
    const { subject } = span;
    if (subject === undefined || connectionRegistry.get(subject)?.system !== "postgresql") {
      return undefined;
    }
    const { clock, areDatabasesAsked } = this.#options;
    const unknown = (reason: string): WaitReport => ({
      ...unknownWait(reason, clock.nowUnixNano()),
      sinceUnixNano: span.startUnixNano,
    });
    if (!areDatabasesAsked) return unknown("SPOOR_WAIT_QUERIES forbids to ask the database");
    // The registry says that it is one of pg.
    const client = subject as ApplicationClient;
    const pid = client.processID ?? undefined;
    if (pid === undefined) return unknown("the connection to the database is not made yet");
    this.#lastMs = clock.monotonicMs();
    try {
      const { waits } = await this.#ask(client);
      const reports = await waits.explain([{ pid, sinceUnixNano: span.startUnixNano }]);
      return reports.get(pid) ?? unknown("the database does not know the session any more");
    } catch (error) {
      return unknown(`the database could not be asked: ${errorMessage(error)}`);
    }
  }

  /** Closes connections that nobody has needed for a while. */
  rest(): void {
    if (this.#asked.size === 0) return;
    if (this.#options.clock.monotonicMs() - this.#lastMs > QUESTIONS_IDLE_MS) void this.close();
  }

  async close(): Promise<void> {
    const all = [...this.#asked.values()];
    this.#asked.clear();
    await Promise.all(all.map(closeAsked));
  }

  async #ask(client: ApplicationClient): Promise<Asked> {
    const key = JSON.stringify([client.host, client.port, client.database, client.user]);
    const known = this.#asked.get(key);
    if (known !== undefined && !(await known.catch(() => undefined))?.isBroken) return await known;
    // Nothing that we do is to be traced, nor to be found waiting.
    const opened = context.with(suppressTracing(context.active()), () => this.#open(client));
    this.#asked.set(key, opened);
    opened.catch(() => this.#asked.delete(key));
    return await opened;
  }

  async #open(model: ApplicationClient): Promise<Asked> {
    const { clock, processes } = this.#options;
    // The class of the application's own client: the same driver, whichever copy of it.
    const ClientOfDriver = model.constructor as ClientClass;
    const client = new ClientOfDriver({
      host: model.host,
      port: model.port,
      user: model.user,
      database: model.database,
      password: model.password,
      ssl: model.ssl,
      application_name: "spoor-watch",
      connectionTimeoutMillis: CONNECT_MS_MAX,
    });
    const query: Query = (sql, parameters) =>
      context.with(suppressTracing(context.active()), async () => {
        const { rows } = await client.query(sql, [...parameters]);
        return rows;
      });
    const waits = postgresWaits({
      query,
      clock,
      clients: processes,
      instrumentationOf: ownInstrumentation,
      spanOfSession,
    });
    const asked: Asked = { client, waits, isBroken: false };
    client.on("error", () => {
      asked.isBroken = true;
    });
    await client.connect();
    client.unref();
    return asked;
  }
}

async function closeAsked(opening: Promise<Asked>): Promise<void> {
  try {
    const { client, waits } = await opening;
    await waits.close();
    await client.end();
  } catch {
    // It never opened, or is gone already.
  }
}
