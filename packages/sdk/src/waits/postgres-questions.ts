/* How PostgreSQL is asked what its statements wait for, with the driver of the application. */
import { context } from "@opentelemetry/api";
import { postgresWaits, type Query, type Row } from "@spoor/waits";
import { suppressTracing } from "../context/linked-context.ts";
import { connectionRegistry } from "../instrument/database/connection-registry.ts";
import {
  type AskedDatabase,
  DatabaseQuestions,
  type QuestionsDriver,
  type QuestionsOptions,
} from "./database-questions.ts";
import { CONNECT_MS_MAX } from "./limits.ts";
import { ownInstrumentation, spanOfSession } from "./own-connections.ts";

/** What we use of a `pg.Client` of the application. */
interface ApplicationClient {
  readonly processID?: number | null;
  /** The connection of a client over libpq, which has no process id. */
  readonly native?: unknown;
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

const NATIVE = "pg.native does not tell which session of the database its connection is";

const POSTGRES: QuestionsDriver<ApplicationClient> = {
  running({ subject }) {
    if (subject === undefined || connectionRegistry.get(subject)?.system !== "postgresql") {
      return undefined;
    }
    // The registry says that it is one of pg.
    const client = subject as ApplicationClient;
    if (client.native !== undefined) return { client, pid: undefined, withoutPid: NATIVE };
    return { client, pid: client.processID ?? undefined };
  },
  keyOf: ({ host, port, database, user }) => JSON.stringify([host, port, database, user]),
  open,
};

/** Asks the PostgreSQL databases that this process uses. */
export function postgresQuestions(options: QuestionsOptions): DatabaseQuestions<ApplicationClient> {
  return new DatabaseQuestions(POSTGRES, options);
}

async function open(
  model: ApplicationClient,
  { clock, processes }: QuestionsOptions,
): Promise<AskedDatabase> {
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
  let isBroken = false;
  client.on("error", () => {
    isBroken = true;
  });
  await client.connect();
  client.unref();
  return { waits, isBroken: () => isBroken, end: () => client.end() };
}
