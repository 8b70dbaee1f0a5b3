/*
 * What commands to Redis wait for, asked over one more connection per server with the
 * application's own credentials, and of the kernel.
 */
import { context } from "@opentelemetry/api";
import type { WaitReport } from "@spoor/trace";
import { explainRedis, type RedisCommand } from "@spoor/waits";
import { suppressTracing } from "../context/linked-context.ts";
import {
  isRedisClient,
  type RedisClient,
  type RedisConnection,
} from "../instrument/database/ioredis-client.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import type { QuestionsOptions } from "./database-questions.ts";
import { CONNECT_MS_MAX, QUESTIONS_IDLE_MS } from "./limits.ts";
import { ownInstrumentation } from "./own-connections.ts";
import { ownHolder, unknownOn } from "./report-fields.ts";

/** Asks the Redis servers that this process uses. */
export class RedisQuestions {
  readonly #options: QuestionsOptions;
  readonly #asked = new Map<string, RedisConnection>();
  #lastMs = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** What the command of `span` waits for; undefined when it is none of ioredis. */
  async explain(span: OpenSpan, open: readonly OpenSpan[]): Promise<WaitReport | undefined> {
    const { subject } = span;
    if (subject === undefined || !isRedisClient(subject)) return undefined;
    const { clock, processes, areDatabasesAsked } = this.#options;
    const { stream, status } = subject;
    const { localAddress, localPort, remoteAddress, remotePort } = stream ?? {};
    if (localAddress === undefined || localPort === undefined) {
      return unknownOn(span, clock, `the connection to Redis is "${status ?? "unknown"}"`);
    }
    if (remoteAddress === undefined || remotePort === undefined) {
      return unknownOn(span, clock, `the connection to Redis is "${status ?? "unknown"}"`);
    }
    this.#lastMs = clock.monotonicMs();
    const remote = { address: remoteAddress, port: remotePort };
    const command = areDatabasesAsked
      ? this.#command(subject, `${remote.address} ${remote.port}`)
      : undefined;
    const report = await explainRedis({
      local: { address: localAddress, port: localPort },
      remote,
      ...(command === undefined ? {} : { command }),
      sinceUnixNano: span.startUnixNano,
      clock,
      clients: processes,
      instrumentationOf: ownInstrumentation,
    });
    if (report.kind !== "redis.blocked") return report;
    // Commands of one connection are answered in their order: the oldest is the one that blocks.
    const first = open.find((other) => other.subject === subject);
    return first === undefined || first === span
      ? report
      : { ...report, holders: [ownHolder(first)] };
  }

  /** Closes connections that nobody has needed for a while. */
  rest(): void {
    if (this.#options.clock.monotonicMs() - this.#lastMs > QUESTIONS_IDLE_MS) this.close();
  }

  close(): void {
    for (const connection of this.#asked.values()) connection.disconnect();
    this.#asked.clear();
  }

  #command(client: RedisClient, key: string): RedisCommand {
    return (words) =>
      context.with(suppressTracing(context.active()), async () => {
        let connection = this.#asked.get(key);
        if (connection === undefined) {
          connection = client.duplicate({
            lazyConnect: true,
            enableReadyCheck: false,
            maxRetriesPerRequest: 1,
            connectTimeout: CONNECT_MS_MAX,
            retryStrategy: () => null,
            connectionName: "spoor-watch",
          });
          connection.on("error", () => this.#asked.delete(key));
          this.#asked.set(key, connection);
          await connection.connect();
        }
        const [name = "", ...rest] = words;
        return await connection.call(name, ...rest);
      });
  }
}
