/*
 * A checkout that hangs on a row lock, as its processes report it while it hangs: checkout calls
 * inventory, whose statement waits for a job that nobody instrumented.
 */
import { randomBytes } from "node:crypto";
import { encodeLogsProtobuf } from "@spoor/otlp";
import {
  type LogRecord,
  NO_COST,
  type OpenSpanReport,
  type Report,
  type Resource,
  serviceName,
  type Span,
  type SpanEvent,
  SpanKind,
  systemClock,
  toReportRecord,
  WAIT_EVENT_NAME,
  type WaitReport,
  waitToAttributes,
} from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { exampleLogRecord } from "../log-records.ts";
import type { SpoorProcess } from "../spoor-process.ts";

/** How long the checkout hangs already. */
const AGE_NANO = 5_000_000_000n;

/** The resource of one instance of a service. */
export function instance(service: string): Resource {
  const attributes = new Map([
    ["service.name", service],
    ["service.instance.id", `${service}-1`],
  ]);
  return { attributes, droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] };
}

/** The log record in which `resource` says `report`. */
export function reportRecord(report: Report, resource: Resource): LogRecord {
  const service = serviceName(resource);
  return { ...exampleLogRecord(), ...toReportRecord(report, { service }), resource };
}

/** Sends log records as OTLP/HTTP with protobuf; they are acknowledged when it resolves. */
export async function sendLogs(spoor: SpoorProcess, records: readonly LogRecord[]): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(encodeLogsProtobuf(records)),
  });
  if (response.status !== 200) throw new Error(`refused: ${await response.text()}`);
}

/** The hanging request, and everything to say about it. */
export interface LockHang {
  readonly traceId: string;
  readonly serverSpanId: string;
  readonly callSpanId: string;
  readonly statementSpanId: string;
  /** All reports, with the snapshots of both processes. */
  readonly records: readonly LogRecord[];
  /** The request and the call have ended with an error, work goes on. */
  readonly endOfCaller: () => readonly Span[];
  /** What went on has ended too, and keeps what it waited for. */
  readonly endOfCallee: () => readonly Span[];
}

/** A new hanging request; `seconds` longer than the last one of a test. */
export function lockHang({ olderSeconds = 0 }: { readonly olderSeconds?: number } = {}): LockHang {
  const traceId = randomBytes(16).toString("hex");
  const [server = "", call = "", remote = "", statement = ""] = Array.from({ length: 4 }, () =>
    randomBytes(8).toString("hex"),
  );
  const now = systemClock.nowUnixNano();
  const start = now - AGE_NANO - BigInt(olderSeconds) * 1_000_000_000n;
  const checkout = instance("checkout");
  const inventory = instance("inventory");
  const base: OpenSpanReport = {
    kind: "openSpan",
    timeUnixNano: now,
    processStartUnixNano: 1n,
    traceId,
    spanId: server,
    parentSpanId: "",
    flags: 1,
    name: "POST /checkout",
    spanKind: SpanKind.server,
    startTimeUnixNano: start,
    seq: 3,
    snapshot: 9,
    // On a machine that does much else the test may take long; nobody is to be gone by then.
    nextMs: 60_000,
    isOverdue: true,
    isCallerGone: false,
    wait: new Map(),
    attributes: new Map(),
  };
  const below = { startTimeUnixNano: start + 100_000_000n };
  const client = { ...base, ...below, spanId: call, parentSpanId: server, name: "POST /reserve" };
  const reports: readonly (readonly [OpenSpanReport, Resource])[] = [
    [base, checkout],
    [{ ...client, spanKind: SpanKind.client }, checkout],
    [{ ...client, spanId: remote, parentSpanId: call }, inventory],
    [
      {
        ...base,
        ...below,
        spanId: statement,
        parentSpanId: remote,
        name: "postgres.Query",
        spanKind: SpanKind.client,
        wait: waitToAttributes(lockWait(now)),
        attributes: new Map([["db.query.text", "SELECT * FROM inventory FOR UPDATE"]]),
      },
      inventory,
    ],
  ];
  const end = (fields: Partial<Span>): Span =>
    exampleSpan({
      traceId,
      startTimeUnixNano: start,
      endTimeUnixNano: systemClock.nowUnixNano(),
      status: { code: 2, message: "504 Gateway Timeout" },
      ...fields,
    });
  return {
    traceId,
    serverSpanId: server,
    callSpanId: call,
    statementSpanId: statement,
    records: reports.map(([report, resource]) => reportRecord(report, resource)),
    endOfCaller: () => [
      end({ spanId: server, name: "POST /checkout", resource: checkout }),
      end({ spanId: call, parentSpanId: server, name: "POST /reserve", resource: checkout }),
    ],
    endOfCallee: () => [
      end({ spanId: remote, parentSpanId: call, name: "POST /reserve", resource: inventory }),
      end({
        spanId: statement,
        parentSpanId: remote,
        name: "SELECT",
        resource: inventory,
        events: [keptWait(lockWait(now))],
      }),
    ],
  };
}

/** A wait as the SDK keeps it on the span that waited. */
function keptWait(wait: WaitReport): SpanEvent {
  return {
    timeUnixNano: wait.observedUnixNano,
    name: WAIT_EVENT_NAME,
    attributes: waitToAttributes(wait),
    droppedAttributesCount: 0,
  };
}

/** What the database says about the statement. */
function lockWait(now: bigint): WaitReport {
  return {
    kind: "db.lock",
    certainty: "seen",
    observedUnixNano: now,
    sinceUnixNano: now - 4_000_000_000n,
    resource: { kind: "row", name: "inventory" },
    holders: [
      {
        role: "root",
        instrumentation: "no",
        isClientGone: false,
        process: { pid: 11_504, command: "node nightly-reconcile.ts", hiddenArgumentCount: 0 },
        session: {
          system: "postgresql",
          id: 11_512,
          user: "job",
          state: "idle in transaction",
          stateChangeUnixNano: now - 9_000_000_000n,
          statement: "select count(*) from orders",
          isStatementLast: true,
        },
      },
    ],
    mayHaveMore: false,
    queueCount: 0,
    evidence: [
      { certainty: "seen", source: "pg_locks", fact: "backend 11512 holds what 11509 waits for" },
    ],
    gaps: [],
    remedies: [
      { purpose: "ends the holder's transaction", text: "SELECT pg_terminate_backend(11512)" },
    ],
    cost: NO_COST,
  };
}
