/*
 * What statements wait for, asked over one more connection per database, with the application's
 * own credentials. It is opened when the first statement is overdue, and closed when none has been
 * for a while: a healthy application asks nothing.
 */
import { context } from "@opentelemetry/api";
import { type Clock, errorMessage, type WaitReport } from "@spoor/trace";
import type { DatabaseWaits, Processes } from "@spoor/waits";
import { suppressTracing } from "../context/linked-context.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { QUESTIONS_IDLE_MS } from "./limits.ts";
import { unknownOn } from "./report-fields.ts";

/** What asking needs. */
export interface QuestionsOptions {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly areDatabasesAsked: boolean;
}

/** A statement that runs. */
export interface RunningStatement<Client> {
  /** Of the application: the connection on which it runs. */
  readonly client: Client;
  /** The session's id in its database; undefined before the connection is made. */
  readonly pid: number | undefined;
  /** Why there will never be one, where the driver does not tell. */
  readonly withoutPid?: string;
}

/** One more connection, to ask over. */
export interface AskedDatabase {
  readonly waits: DatabaseWaits;
  /** True when the connection has failed: then the next question opens another. */
  isBroken(): boolean;
  /** Closes the connection. */
  end(): unknown;
}

/** How the databases of one system are asked. */
export interface QuestionsDriver<Client> {
  /** What runs for `span`; undefined when it is nothing of this system. */
  running(span: OpenSpan): RunningStatement<Client> | undefined;
  /** The same for connections to one database as one user. */
  keyOf(client: Client): string;
  /** Connects as `client` did. Called where nothing is traced. */
  open(client: Client, options: QuestionsOptions): Promise<AskedDatabase>;
}

/** Asks the databases of one system that this process uses. */
export class DatabaseQuestions<Client> {
  readonly #driver: QuestionsDriver<Client>;
  readonly #options: QuestionsOptions;
  readonly #asked = new Map<string, Promise<AskedDatabase>>();
  #lastMs = 0;

  constructor(driver: QuestionsDriver<Client>, options: QuestionsOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  /**
   * What the statement of `span` waits for; undefined when it is none of this system. `meanwhile`
   * takes what is known while others ask the database.
   */
  async explain(
    span: OpenSpan,
    meanwhile: (wait: WaitReport) => void,
  ): Promise<WaitReport | undefined> {
    const running = this.#driver.running(span);
    if (running === undefined) return undefined;
    const { clock, areDatabasesAsked } = this.#options;
    if (!areDatabasesAsked) {
      return unknownOn(span, clock, "SPOOR_WAIT_QUERIES forbids to ask the database");
    }
    const { client, pid, withoutPid } = running;
    if (pid === undefined) {
      const notYet = "the connection to the database is not made yet";
      return unknownOn(span, clock, withoutPid ?? notYet);
    }
    this.#lastMs = clock.monotonicMs();
    try {
      const { waits } = await this.#ask(client);
      const waiters = [{ pid, sinceUnixNano: span.startUnixNano }];
      const reports = await waits.explain(waiters, (known) => {
        const wait = known.get(pid);
        if (wait !== undefined) meanwhile(wait);
      });
      const gone = "the database does not know the session any more";
      return reports.get(pid) ?? unknownOn(span, clock, gone);
    } catch (error) {
      return unknownOn(span, clock, `the database could not be asked: ${errorMessage(error)}`);
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

  async #ask(client: Client): Promise<AskedDatabase> {
    const key = this.#driver.keyOf(client);
    const known = this.#asked.get(key);
    if (known !== undefined && !(await known.catch(() => undefined))?.isBroken())
      return await known;
    // Nothing that we do is to be traced, nor to be found waiting.
    const opened = context.with(suppressTracing(context.active()), () =>
      this.#driver.open(client, this.#options),
    );
    this.#asked.set(key, opened);
    opened.catch(() => this.#asked.delete(key));
    return await opened;
  }
}

async function closeAsked(opening: Promise<AskedDatabase>): Promise<void> {
  try {
    const asked = await opening;
    await asked.waits.close();
    await asked.end();
  } catch {
    // It never opened, or is gone already.
  }
}
