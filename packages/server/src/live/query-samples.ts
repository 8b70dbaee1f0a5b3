/*
 * What a database says about its sessions, as the Collector samples them, joined to open spans.
 *
 * 1. A session carries the traceparent of its client in `application_name`, or nothing.
 * 2. A sample that names an open span is about that span. One that names another span of a trace
 *    with open spans is, probably, about the deepest open one.
 * 3. A sample whose trace has no open span, and whose statement is overdue, is an open span itself:
 *    that is how services that report nothing are covered.
 * 4. Who blocks is named by the blocker's own sample, where there is one.
 *
 * What a process says of its own span is nearer to it and stays.
 */
import {
  type Certainty,
  type OpenSpan,
  OVERDUE_MS,
  SpanKind,
  toKeyValues,
  type WaitHolder,
  type WaitReport,
  waitToAttributes,
  NO_COST,
} from "@spoor/trace";
import { QUERY_SAMPLE_MS_MAX, QUERY_SAMPLES_MAX } from "../base/limits.ts";
import type { QuerySample } from "./live-news.ts";

interface Held {
  readonly sample: QuerySample;
  readonly heardMs: number;
}

/** When, and what has ended. */
export interface JoinOptions {
  readonly nowMs: number;
  readonly isFinished: (traceId: string, spanId: string) => boolean;
}

/** Owns the newest sample of each session. */
export class QuerySamples {
  /** By server and backend, oldest first. */
  readonly #held = new Map<string, Held>();

  /** Takes a sample, unless a newer one of the session is known. */
  add(sample: QuerySample, nowMs: number): void {
    const key = keyOf(sample);
    const known = this.#held.get(key);
    if (known !== undefined && known.sample.timeUnixNano > sample.timeUnixNano) return;
    // Deleting first moves it to the end.
    this.#held.delete(key);
    this.#held.set(key, { sample, heardMs: nowMs });
    if (this.#held.size <= QUERY_SAMPLES_MAX) return;
    for (const oldest of this.#held.keys()) {
      this.#held.delete(oldest);
      break;
    }
  }

  /** `spans` with what samples know of them, and with the spans that only samples know. */
  join(spans: readonly OpenSpan[], { nowMs, isFinished }: JoinOptions): OpenSpan[] {
    this.#sweep(nowMs);
    if (this.#held.size === 0) return [...spans];
    const joined = new Map(spans.map((span) => [span.traceId + span.spanId, span]));
    const ofTrace = Map.groupBy(spans, ({ traceId }) => traceId);
    for (const held of this.#held.values()) {
      const { traceId, spanId } = held.sample;
      if (traceId === "") continue;
      const named = joined.get(traceId + spanId);
      const open = named ?? deepestClient(ofTrace.get(traceId) ?? []);
      if (open !== undefined) {
        const wait = this.#waitOf(held.sample, named === undefined ? "probable" : "seen");
        if (open.wait.length === 0) joined.set(open.traceId + open.spanId, { ...open, wait });
      } else if (!isFinished(traceId, spanId)) {
        const span = this.#spanOf(held, nowMs);
        if (span !== undefined) joined.set(traceId + spanId, span);
      }
    }
    return [...joined.values()];
  }

  #sweep(nowMs: number): void {
    for (const [key, { heardMs }] of this.#held) {
      if (nowMs - heardMs > QUERY_SAMPLE_MS_MAX) this.#held.delete(key);
    }
  }

  /** The statement of a session as an open span; undefined for one that is not overdue. */
  #spanOf({ sample, heardMs }: Held, nowMs: number): OpenSpan | undefined {
    const { queryStartUnixNano: start, timeUnixNano, state } = sample;
    const ageMs = Number(timeUnixNano - start) / 1e6 + nowMs - heardMs;
    if (start === 0n || ageMs < OVERDUE_MS || state !== "active" || sample.spanId === "") {
      return undefined;
    }
    const [command = "statement"] = sample.statement.trim().split(/\s+/, 1);
    return {
      traceId: sample.traceId,
      spanId: sample.spanId,
      parentSpanId: "",
      flags: 1,
      name: command === "" ? "statement" : command,
      kind: SpanKind.client,
      startTimeUnixNano: start.toString(),
      ageMs: Math.round(ageMs),
      heardMsAgo: Math.round(nowMs - heardMs),
      service: "postgresql",
      instance: sample.server,
      state: "open",
      isOverdue: true,
      isCallerGone: false,
      source: "db.server.query_sample",
      attributes: toKeyValues(new Map([["db.query.text", sample.statement]])),
      wait: this.#waitOf(sample, "seen"),
    };
  }

  #waitOf(sample: QuerySample, certainty: Certainty): OpenSpan["wait"] {
    const isBlocked = sample.blockingPids.length > 0;
    const since = isBlocked ? sample.blockedSinceUnixNano : sample.queryStartUnixNano;
    const report: WaitReport = {
      kind: isBlocked ? "db.lock" : "db.running",
      certainty,
      observedUnixNano: sample.timeUnixNano,
      ...(since === 0n ? {} : { sinceUnixNano: since }),
      ...resourceOf(sample),
      holders: sample.blockingPids.map((pid) => this.#holderOf(sample.server, pid)),
      mayHaveMore: false,
      queueCount: 0,
      evidence: [
        {
          certainty: "seen",
          source: "db.server.query_sample",
          fact:
            `backend ${sample.pid} is ${sample.state}` +
            (sample.waitEvent === "" ? "" : `, waiting for ${sample.waitEvent}`),
        },
      ],
      gaps: [],
      remedies: [],
      cost: NO_COST,
    };
    return toKeyValues(waitToAttributes(report));
  }

  #holderOf(server: string, pid: number): WaitHolder {
    const sample = this.#held.get(`${server} ${pid}`)?.sample;
    if (sample === undefined) {
      return {
        role: "root",
        instrumentation: "unknown",
        isClientGone: false,
        session: { system: "postgresql", id: pid },
        processUnknown: "the database told only its number",
      };
    }
    const isBlocked = sample.blockingPids.length > 0;
    return {
      role: isBlocked ? "between" : "root",
      instrumentation: sample.traceId === "" ? "unknown" : "yes",
      isClientGone: false,
      session: {
        system: "postgresql",
        id: pid,
        user: sample.user,
        application: sample.application,
        ...(sample.address === "" ? {} : { address: sample.address }),
        ...(sample.port === undefined || sample.port < 1 ? {} : { port: sample.port }),
        state: sample.state,
        statement: sample.statement,
        isStatementLast: sample.state !== "active",
        ...(sample.state === "active" && sample.queryStartUnixNano > 0n
          ? { statementStartUnixNano: sample.queryStartUnixNano }
          : {}),
      },
      ...(sample.traceId === ""
        ? {}
        : { span: { traceId: sample.traceId, spanId: sample.spanId } }),
    };
  }
}

function keyOf({ server, pid }: QuerySample): string {
  return `${server} ${pid}`;
}

function resourceOf(sample: QuerySample): Pick<WaitReport, "resource"> {
  const { lockRelation: name, lockType, lockMode } = sample;
  if (sample.blockingPids.length === 0) return {};
  const kind = lockType === "advisory" ? "advisory-lock" : name === "" ? "transaction" : "table";
  const isRow = lockType === "transactionid" || lockType === "tuple";
  return {
    resource: {
      kind: kind === "table" && isRow ? "row" : kind,
      ...(name === "" ? {} : { name }),
      ...(lockType === "" ? {} : { lockType }),
      ...(lockMode === "" ? {} : { lockMode }),
    },
  };
}

/** The open call of a database that nothing open is below of; the oldest of several. */
function deepestClient(spans: readonly OpenSpan[]): OpenSpan | undefined {
  const parents = new Set(spans.map(({ parentSpanId }) => parentSpanId));
  return spans
    .filter(({ spanId, kind }) => kind === SpanKind.client && !parents.has(spanId))
    .toSorted((a, b) => b.ageMs - a.ageMs)[0];
}
