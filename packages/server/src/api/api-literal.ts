/* An API over a store in memory, for the tests of this folder. */
import { openMemoryStore, type TraceStore } from "@spoor/store";
import {
  type AttributeValue,
  type LossAnswer,
  LossLedger,
  ManualClock,
  plainSpan,
  type Span,
  type SpanBatch,
  spanBatchOf,
  type StatusAnswer,
} from "@spoor/trace";
import { Live } from "../live/live.ts";
import { TraceStream } from "../live/trace-stream.ts";
import { createNativeApi } from "./native-api.ts";

/** The clock of every test: 2026-11-22T15:00:00Z. */
export const NOW_UNIX_NANO: bigint = 1_795_359_600_000_000_000n;

/** A span as far as a test cares. */
export interface SpanLiteral {
  /** Two digits: of the trace and of the span. */
  readonly id: string;
  readonly parent?: string;
  readonly service?: string;
  readonly name?: string;
  readonly durationMs?: number;
  /** Before now. */
  readonly agoMs?: number;
  readonly isError?: boolean;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Attributes of its resource besides the name of the service. */
  readonly resource?: Readonly<Record<string, AttributeValue>>;
}

/** An API that can be asked. */
export interface TestApi {
  readonly store: TraceStore;
  readonly stream: TraceStream;
  readonly live: Live;
  /** What the server told of errors inside of it. */
  readonly problems: readonly string[];
  /** The answer to a path below `/api/v1`. */
  get(path: string, signal?: AbortSignal): Promise<TestAnswer>;
  post(path: string, body: string): Promise<TestAnswer>;
  raw(path: string): Promise<Response>;
  /** What a server of HTTP calls. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** An answer; `body` is what its JSON says. */
export interface TestAnswer {
  readonly status: number;
  // The tests look at whatever they expect.
  // oxlint-disable-next-line typescript/no-explicit-any -- a wrong field is undefined and fails
  readonly body: any;
}

/** Opens an API over these spans; `change` may replace methods of the store. */
export async function testApi(
  spans: readonly SpanLiteral[] = [],
  change: (store: TraceStore) => TraceStore = (store) => store,
): Promise<TestApi> {
  const ledger = new LossLedger();
  const clock = new ManualClock(NOW_UNIX_NANO);
  const memory = openMemoryStore({ spanLimit: 10_000, logRecordLimit: 10, ledger });
  if (spans.length > 0) await memory.write(batchOf(spans));
  const store = change(memory);
  const stream = new TraceStream(store, (message) => problems.push(message));
  const problems: string[] = [];
  const live = new Live({ clock, ledger, store });
  const api = createNativeApi({
    store,
    stream,
    live,
    version: "0.0.0",
    status: () => STATUS,
    loss: () => LOSS,
    freshen: () => Promise.resolve(true),
    clock,
    onProblem: (message) => problems.push(message),
  });
  return {
    store,
    stream,
    live,
    problems,
    get: async (path, signal) =>
      answerOf(await api.request(new Request(urlOf(path), signal === undefined ? {} : { signal }))),
    post: async (path, body) =>
      answerOf(await api.request(new Request(urlOf(path), { method: "POST", body }))),
    raw: async (path) => api.request(urlOf(path)),
    fetch: (request) => api.fetch(request),
  };
}

async function answerOf(response: Response): Promise<TestAnswer> {
  return { status: response.status, body: await response.json() };
}

function urlOf(path: string): string {
  return `http://localhost${path}`;
}

/** The trace id of a literal. */
export function traceIdOf(id: string): string {
  return (id[0] ?? "").repeat(32);
}

/** Its span id. */
export function spanIdOf(id: string): string {
  return (id[1] ?? "").repeat(16);
}

/** Spans as a store takes them. */
export function batchOf(literals: readonly SpanLiteral[]): SpanBatch {
  return spanBatchOf(literals.map(spanOf));
}

function spanOf(literal: SpanLiteral): Span {
  const { id, parent, service = "checkout", name = "POST /checkout", durationMs = 10 } = literal;
  const startTimeUnixNano = NOW_UNIX_NANO - BigInt(literal.agoMs ?? 60_000) * 1_000_000n;
  const none = { attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "" };
  return plainSpan({
    traceId: traceIdOf(id),
    spanId: spanIdOf(id),
    parentSpanId: parent === undefined ? "" : spanIdOf(parent),
    flags: 1,
    name,
    kind: 2,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt(Math.round(durationMs * 1e6)),
    status: { code: literal.isError === true ? 2 : 0, message: "" },
    attributes: new Map(Object.entries(literal.attributes ?? {})),
    resource: {
      ...none,
      attributes: new Map([["service.name", service], ...Object.entries(literal.resource ?? {})]),
      entityRefs: [],
    },
    scope: { ...none, name: "test", version: "" },
  });
}

/** As it is at the start, but that one sender says that it lost spans. */
const LOSS: LossAnswer = {
  startedAtUnixNano: "0",
  nowUnixNano: "0",
  total: {
    receivedSpanCount: 0,
    acknowledgedSpanCount: 0,
    recoveredSpanCount: 0,
    storedSpanCount: 0,
    waitingSpanCount: 0,
    refused: [],
    givenUp: [],
    changed: [],
  },
  senders: [],
  senderLimit: 0,
  requests: { acknowledgedCount: 0, refused: [] },
  spool: { segmentCount: 0, bytes: 0 },
  losses: [],
  senderLosses: [
    {
      service: "leaky",
      instance: "leaky-1",
      losses: [{ reason: "export_queue_full", count: 412, meaning: "no room" }],
    },
  ],
  largeTraceCount: 0,
  largeTraces: [],
};

const STATUS: StatusAnswer = {
  version: "0.0.0",
  startedAtUnixNano: "0",
  nowUnixNano: "0",
  listeners: [],
  store: { driver: "memory", path: "", ready: true },
  received: {
    connections: 0,
    lastConnectionFrom: "",
    requests: 0,
    spans: 0,
    logRecords: 0,
    lastSpanAtUnixNano: "",
  },
  losses: [],
  mistakes: [],
};
