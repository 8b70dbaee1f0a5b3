import { gzipSync } from "node:zlib";
import { setTimeout as pause } from "node:timers/promises";
import { encodeTracesProtobuf } from "@spoor/otlp";
import { plainResource, plainScope, type Span } from "@spoor/trace";
import type { Figures } from "./report/report.ts";
import { GrpcClient, type SendResult } from "./send/grpc-client.ts";
import { NO_SPAN } from "./workload/realistic.ts";
import { spanIdOf, traceIdOf } from "./workload/template.ts";

const SPANS_PER_REQUEST = 100;
const READERS = 8;
const READ_ATTEMPTS = 20;
const READ_PAUSE_MS = 250;

const RESOURCE: Span["resource"] = plainResource("crash");

const SCOPE: Span["scope"] = plainScope("crash");

/** What was found in the end. */
interface Comparison {
  readonly figures: Figures;
  readonly problems: readonly string[];
}

/** Sends one trace per request at a steady speed until it is stopped, and remembers the answers. */
export class TraceLoad {
  readonly #seed: number;
  readonly #everyMs: number;
  /** By number of the request, which is the number of its trace. */
  readonly #results: (SendResult | undefined)[] = [];
  readonly #sending = new Set<Promise<void>>();
  readonly #running: Promise<void>;
  #client: GrpcClient | undefined;
  #isStopped = false;

  constructor(options: { readonly seed: number; readonly requestsPerSecond: number }) {
    this.#seed = options.seed;
    this.#everyMs = 1000 / options.requestsPerSecond;
    this.#running = this.#run();
  }

  /** Spans that were acknowledged so far. */
  get acknowledgedSpans(): number {
    return this.#results.filter((each) => each?.kind === "acknowledged").length * SPANS_PER_REQUEST;
  }

  /** Sends to this port from now on. */
  target(port: number): void {
    this.#client?.close();
    this.#client = new GrpcClient(port);
  }

  /** Waits for the answers that are still to come. A second call does nothing. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    await Promise.all(this.#sending);
    this.#client?.close();
  }

  /** Asks the server at `url` for every trace. `ready` waits until answers are complete. */
  async compare(url: string, ready: (traceId: string) => Promise<void>): Promise<Comparison> {
    const first = this.#results.findIndex((each) => each?.kind === "acknowledged");
    if (first >= 0) await ready(traceIdOf(this.#seed, first));
    const problems: string[] = [];
    const sum = { lost: 0, duplicated: 0, unansweredRequests: 0, unansweredStored: 0 };
    let next = 0;
    const reader = async (): Promise<void> => {
      while (next < this.#results.length) {
        const number = next;
        next += 1;
        const { spans, distinct } = await readTrace(url, traceIdOf(this.#seed, number));
        const isAcknowledged = this.#results[number]?.kind === "acknowledged";
        const lost = isAcknowledged ? SPANS_PER_REQUEST - distinct : 0;
        sum.lost += lost;
        sum.duplicated += spans - distinct;
        if (!isAcknowledged) sum.unansweredRequests += 1;
        if (!isAcknowledged && distinct > 0) sum.unansweredStored += 1;
        if (lost > 0 || spans > distinct) {
          problems.push(`request ${number}: ${spans} spans stored, ${distinct} different ones`);
        }
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    return { figures: { acknowledged: this.acknowledgedSpans, ...sum }, problems };
  }

  async #run(): Promise<void> {
    for (let number = 0; !this.#isStopped; number += 1) {
      const client = this.#client;
      if (client === undefined) number -= 1;
      else {
        const sending = this.#send(client, number);
        this.#sending.add(sending);
        void sending.finally(() => this.#sending.delete(sending));
      }
      await pause(this.#everyMs);
    }
  }

  async #send(client: GrpcClient, number: number): Promise<void> {
    this.#results[number] = undefined;
    const body = gzipSync(encodeTracesProtobuf(this.#spans(number)), { level: 1 });
    this.#results[number] = await client.send(body);
  }

  #spans(number: number): Span[] {
    const startTimeUnixNano = BigInt(Date.now()) * 1_000_000n;
    return Array.from({ length: SPANS_PER_REQUEST }, (_, index) => ({
      ...NO_SPAN,
      traceId: traceIdOf(this.#seed, number),
      spanId: spanIdOf(this.#seed, number * SPANS_PER_REQUEST + index),
      name: `step ${index}`,
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano + 1_000_000n,
      resource: RESOURCE,
      scope: SCOPE,
    }));
  }
}

interface StoredTrace {
  readonly spans: number;
  readonly distinct: number;
}

/** Asks again when the answer is not complete, as it is for a moment after a restart. */
async function readTrace(url: string, traceId: string): Promise<StoredTrace> {
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt += 1) {
    const response = await fetch(`${url}/api/v1/traces/${traceId}`);
    const text = await response.text();
    if (response.status === 404) return { spans: 0, distinct: 0 };
    if (response.ok && text.includes(`"complete":true`)) {
      const ids = [...text.matchAll(/"spanId":"([0-9a-f]{16})"/gu)].map((match) => match[1]);
      return { spans: ids.length, distinct: new Set(ids).size };
    }
    await pause(READ_PAUSE_MS);
  }
  throw new Error(`no complete answer for trace ${traceId}`);
}
