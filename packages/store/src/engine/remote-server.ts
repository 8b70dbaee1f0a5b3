/*
 * A ClickHouse that somebody else runs: one server, or a cluster that is reached through any of its
 * nodes.
 *
 * 1. The first of the given addresses that answers is used. It is asked every few seconds, and at
 *    once when a request broke, whether it is still there.
 * 2. When it is not, its connections are closed, so that nobody waits for it, and the addresses are
 *    asked in turn, with a pause that grows, until one answers.
 *
 * Which node a request goes through makes no difference: each of them sends the rows of an insert
 * to the same shards under the same token.
 */
import { setTimeout as pause } from "node:timers/promises";

import { type Clock, errorCode, errorMessage, SpoorError } from "@spoor/trace";

import {
  SERVER_CHECK_INTERVAL_MS,
  SERVER_CHECK_MS_MAX,
  SERVER_RETRY_DELAY_MS,
  SERVER_RETRY_DELAY_MS_MAX,
} from "../base/limits.ts";
import type { StoreErrorCode } from "../base/error-codes.ts";
import type { StoreEventListener } from "../base/store-event.ts";
import {
  connect,
  type Connection,
  type ConnectionSource,
  disconnect,
  isAnswer,
} from "./connection.ts";
import { ConnectionSlot } from "./connection-slot.ts";
import type { Endpoint } from "./endpoint.ts";

/** Where to connect to. */
export interface RemoteServerOptions {
  /** One or more nodes of one server or cluster. */
  readonly endpoints: readonly Endpoint[];
  readonly clock: Clock;
  readonly onEvent: StoreEventListener;
}

/** The connection to a ClickHouse that somebody else runs. */
export class RemoteServer implements ConnectionSource {
  readonly #options: RemoteServerOptions;
  readonly #slot: ConnectionSlot;
  readonly #closing = new AbortController();
  readonly #supervision: Promise<void>;
  #at: number;
  #isSuspected = false;
  #endPause: (() => void) | undefined;

  private constructor(options: RemoteServerOptions, start: { at: number; connection: Connection }) {
    this.#options = options;
    this.#at = start.at;
    this.#slot = new ConnectionSlot(options.clock);
    this.#slot.replace(start.connection);
    this.#supervision = this.#supervise();
  }

  /**
   * Connects to the first address that answers.
   *
   * @throws SPOOR_STORE_UNREACHABLE, SPOOR_STORE_CREDENTIALS
   */
  static async connect(options: RemoteServerOptions): Promise<RemoteServer> {
    const failures: SpoorError[] = [];
    for (const [at, endpoint] of options.endpoints.entries()) {
      const connection = connect(endpoint);
      const problem = await problemOf(connection);
      if (problem === undefined) return new RemoteServer(options, { at, connection });
      await disconnect(connection);
      failures.push(connectError(endpoint, problem));
    }
    // A server that answers "wrong password" tells more than one that does not answer.
    const told = failures.find(({ code }) => code === CREDENTIALS) ?? failures[0];
    throw told ?? new Error("there is at least one address");
  }

  get isReady(): boolean {
    return this.#slot.connection !== undefined;
  }

  current(): Connection {
    const { connection } = this.#slot;
    if (connection === undefined) throw this.#unavailable();
    return connection;
  }

  async after(broken: Connection, timeoutMs: number): Promise<Connection> {
    if (this.#slot.connection === broken) this.#suspect();
    const connection = await this.#slot.after(broken, timeoutMs);
    if (connection === undefined) throw this.#unavailable();
    return connection;
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      this.#slot.close();
      this.#endPause?.();
    }
    await this.#supervision;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #address(): string {
    return this.#options.endpoints[this.#at]?.url ?? "";
  }

  async #supervise(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const isSuspected = await this.#untilCheck();
      const { connection } = this.#slot;
      if (connection === undefined || this.#closing.signal.aborted) continue;
      const problem = await problemOf(connection, this.#closing.signal);
      if (this.#closing.signal.aborted) continue;
      if (problem === undefined) {
        // Only that request broke. A new object tells those who wait; the clients are as good.
        if (isSuspected) this.#slot.replace({ ...connection });
        continue;
      }
      await this.#drop();
      const reason = errorMessage(problem);
      this.#options.onEvent({ kind: "server_lost", address: this.#address, reason });
      await this.#reconnect();
    }
    await this.#drop();
  }

  #suspect(): void {
    this.#isSuspected = true;
    this.#endPause?.();
  }

  /** Waits for the next check; true when a broken request asked for it. */
  async #untilCheck(): Promise<boolean> {
    if (!this.#isSuspected) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, SERVER_CHECK_INTERVAL_MS);
      this.#endPause = resolve;
      await promise;
      clearTimeout(timer);
    }
    const isSuspected = this.#isSuspected;
    this.#isSuspected = false;
    return isSuspected;
  }

  async #reconnect(): Promise<void> {
    const { clock, endpoints, onEvent } = this.#options;
    const { signal } = this.#closing;
    const lostAtMs = clock.monotonicMs();
    for (let delayMs = SERVER_RETRY_DELAY_MS; ;) {
      for (const _ of endpoints) {
        const endpoint = endpoints[this.#at];
        if (endpoint === undefined || signal.aborted) return;
        const connection = connect(endpoint);
        if ((await problemOf(connection, signal)) === undefined) {
          this.#isSuspected = false;
          this.#slot.replace(connection);
          const lostMs = Math.round(clock.monotonicMs() - lostAtMs);
          onEvent({ kind: "server_back", address: endpoint.url, lostMs });
          return;
        }
        await disconnect(connection);
        this.#at = (this.#at + 1) % endpoints.length;
      }
      await pause(delayMs, undefined, { signal }).catch(ignore);
      if (signal.aborted) return;
      delayMs = Math.min(delayMs * 2, SERVER_RETRY_DELAY_MS_MAX);
    }
  }

  async #drop(): Promise<void> {
    const connection = this.#slot.replace(undefined);
    if (connection !== undefined) await disconnect(connection);
  }

  #unavailable(): SpoorError {
    if (this.#closing.signal.aborted) {
      return new SpoorError("cannot use the store: it was closed", { code: "SPOOR_STORE_CLOSED" });
    }
    return new SpoorError(`cannot reach ClickHouse at ${this.#address}: it does not answer`, {
      code: "SPOOR_STORE_UNAVAILABLE",
      retryable: true,
      hint: "It is asked again every few seconds; try again then.",
    });
  }
}

const CHECK_QUERY = "SELECT 6 * 7";
const CHECK_ANSWER = 42;

/** ClickHouse's codes for a user that it does not know or whose password is wrong. */
const LOGIN_CODES: ReadonlySet<string> = new Set(["192", "193", "194", "516"]);

/** Why the server cannot be used; undefined when it can. A busy server can. */
async function problemOf(connection: Connection, signal?: AbortSignal): Promise<unknown> {
  const late = AbortSignal.timeout(SERVER_CHECK_MS_MAX);
  try {
    const result = await connection.writer.query({
      query: CHECK_QUERY,
      format: "JSONCompactEachRow",
      abort_signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    // Any HTTP server may say 200; this one calculates.
    const rows = await result.json<[number]>();
    return rows[0]?.[0] === CHECK_ANSWER ? undefined : new Error("what answers is not ClickHouse");
  } catch (error) {
    if (late.aborted) return new Error(`no answer within ${SERVER_CHECK_MS_MAX} ms`);
    if (isAnswer(error) && !LOGIN_CODES.has(errorCode(error) ?? "")) return undefined;
    return error;
  }
}

const CREDENTIALS: StoreErrorCode = "SPOOR_STORE_CREDENTIALS";

function connectError({ url, writer }: Endpoint, cause: unknown): SpoorError {
  const what = `cannot connect to ClickHouse at ${url}`;
  if (isAnswer(cause)) {
    return new SpoorError(`${what}: it does not let ${JSON.stringify(writer.username)} in`, {
      code: CREDENTIALS,
      hint: "Check the user and the password in the address, and from where the user may come.",
      cause,
    });
  }
  const code: StoreErrorCode = "SPOOR_STORE_UNREACHABLE";
  return new SpoorError(`${what}: ${errorMessage(cause)}`, {
    code,
    retryable: true,
    hint: "The address is that of ClickHouse's HTTP interface, usually port 8123, or 8443 for https.",
    cause,
  });
}

/** The pause was cut short by close(), which the caller checks next. */
function ignore(): void {}
