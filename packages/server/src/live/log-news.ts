/*
 * What log records say about the present. Besides our own reports (docs/formats/open-spans.md):
 *
 * - `partial.event` = `heartbeat` or `stop`: the body is the span, as OTLP/JSON or as base64 of
 *   OTLP protobuf. Of the partial span processors.
 * - `db.server.query_sample`: one session of a database. Of the Collector's Postgres receiver.
 */
import { decodeTracesJson, decodeTracesProtobuf } from "@spoor/otlp";
import {
  type AttributeValue,
  bytesOfBase64,
  isSpanId,
  isTraceId,
  type LogBatch,
  type LogRecord,
  logRecordAt,
  logRecordTimeUnixNano,
  LossLedger,
  readReport,
  REPORT_EVENT_NAMES,
  type Span,
  SpanBatch,
  spansOf,
  type StringTable,
} from "@spoor/trace";
import { NEXT_REPORT_MS_DEFAULT } from "../base/limits.ts";
import type { NewsItem, QuerySample } from "./live-news.ts";
import { holds, openReport, reporterOf } from "./span-news.ts";

const QUERY_SAMPLE = "db.server.query_sample";
const PARTIAL_EVENT = "partial.event";

interface Known {
  readonly eventNames: ReadonlySet<number>;
  readonly partialKey: number;
}

/** What the log records of `batch` from row `from` on say about the present. */
export function newsOfLogs(batch: LogBatch, from: number): NewsItem[] {
  const known = knownIn(batch.strings);
  const rows = new Set<number>();
  for (let row = from; row < batch.logRecordCount; row += 1) {
    if (known.eventNames.has(batch.eventNames[row] ?? 0)) rows.add(row);
  }
  for (const row of partialRows(batch, from, known.partialKey)) rows.add(row);
  return Array.from(rows, (row) => logRecordAt(batch, row)).flatMap(newsOfRecord);
}

/**
 * The ids that the words of this file have in one batch. Asked for with each request, because a
 * batch that is used again gives its ids anew.
 */
function knownIn(strings: StringTable): Known {
  const names = [...Object.values(REPORT_EVENT_NAMES), QUERY_SAMPLE];
  return {
    eventNames: new Set(names.map((name) => strings.internText(name))),
    partialKey: strings.internText(PARTIAL_EVENT),
  };
}

function partialRows({ attributes, attributesEnd }: LogBatch, from: number, key: number): number[] {
  const start = from === 0 ? 0 : (attributesEnd[from - 1] ?? 0);
  if (!holds(attributes.keys, key, { from: start, to: attributes.count })) return [];
  const rows: number[] = [];
  let row = from;
  for (let index = start; index < attributes.count; index += 1) {
    while ((attributesEnd[row] ?? 0) <= index) row += 1;
    if (attributes.keys[index] === key) rows.push(row);
  }
  return rows;
}

function newsOfRecord(record: LogRecord): NewsItem[] {
  const partial = record.attributes.get(PARTIAL_EVENT);
  if (partial !== undefined) return newsOfPartial(record, partial);
  if (record.eventName === QUERY_SAMPLE) return newsOfSample(record);
  const report = readReport(record);
  if (report === undefined) return [];
  if (report.kind === "malformed") return [report];
  const from = reporterOf(record.resource);
  return [{ kind: "report", from, source: "spoor.span.open", report }];
}

function newsOfPartial(record: LogRecord, event: AttributeValue): NewsItem[] {
  const spans = spansOfBody(record.body);
  if (spans.length === 0) {
    return [{ kind: "malformed", problem: "a partial.event without a span in its body" }];
  }
  const timeUnixNano = logRecordTimeUnixNano(record);
  const nextMs = frequencyMs(record.attributes.get("partial.frequency"));
  return spans.map((span) =>
    event === "stop"
      ? { kind: "ended", traceId: span.traceId, spanId: span.spanId }
      : {
          kind: "report",
          from: reporterOf(span.resource),
          source: "partial.event",
          report: openReport(span, { timeUnixNano, nextMs }),
        },
  );
}

/** The one resource in the body is that of the span; the log record's may be a collector's. */
function spansOfBody(body: AttributeValue): Span[] {
  if (typeof body !== "string") return [];
  const batch = new SpanBatch();
  // What is wrong with it was kept as a log record, so nothing is lost here.
  const ledger = new LossLedger();
  const isJson = body.trimStart().startsWith("{");
  const bytes = isJson ? new TextEncoder().encode(body) : bytesOfBase64(body);
  if (bytes === undefined) return [];
  const decode = isJson ? decodeTracesJson : decodeTracesProtobuf;
  decode(bytes, batch, ledger);
  return spansOf(batch);
}

function frequencyMs(value: AttributeValue | undefined): number {
  const match = typeof value === "string" ? /^(\d{1,9})\s*(ms|s)?$/.exec(value) : null;
  if (match === null) return NEXT_REPORT_MS_DEFAULT;
  return Number(match[1]) * (match[2] === "s" ? 1000 : 1);
}

/**
 * The attributes are those of the receiver's documentation; pids of blockers come as the text of a
 * Postgres array, or as a list.
 */
function newsOfSample(record: LogRecord): NewsItem[] {
  const { attributes } = record;
  const text = (key: string): string => {
    const value = attributes.get(key);
    return typeof value === "string" ? value : "";
  };
  const pid = wholeNumber(attributes.get("postgresql.pid"));
  if (pid === undefined) return [];
  const sample: QuerySample = {
    server: serverOf(record),
    pid,
    timeUnixNano: logRecordTimeUnixNano(record),
    ...idsOf(record, text("postgresql.application_name")),
    user: text("user.name"),
    application: text("postgresql.application_name"),
    address: text("network.peer.address") || text("postgresql.client_hostname"),
    port: wholeNumber(attributes.get("network.peer.port")),
    state: text("postgresql.state"),
    statement: text("db.query.text"),
    queryStartUnixNano: unixNanoOf(text("postgresql.query_start")),
    waitEvent: [text("postgresql.wait_event_type"), text("postgresql.wait_event")]
      .filter((word) => word !== "")
      .join(":"),
    blockingPids: pidsOf(attributes.get("postgresql.blocking.pids")),
    blockedSinceUnixNano: unixNanoOf(text("postgresql.blocking.start_time")),
    lockMode: text("postgresql.blocking.lock.mode"),
    lockType: text("postgresql.blocking.lock.type"),
    lockRelation: text("postgresql.blocking.lock.relation"),
  };
  return [{ kind: "querySample", sample }];
}

const TRACEPARENT = /\b[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\b/;

function idsOf(record: LogRecord, application: string): { traceId: string; spanId: string } {
  if (isTraceId(record.traceId)) return { traceId: record.traceId, spanId: record.spanId };
  const match = TRACEPARENT.exec(application);
  const [, traceId = "", spanId = ""] = match ?? [];
  return isTraceId(traceId) && isSpanId(spanId) ? { traceId, spanId } : { traceId: "", spanId: "" };
}

/** Backend pids are unique within one server. */
function serverOf({ resource, attributes }: LogRecord): string {
  const keys = ["server.address", "server.port", "service.instance.id", "host.name"];
  return keys
    .map((key) => resource.attributes.get(key) ?? attributes.get(key) ?? "")
    .map((value) => (typeof value === "object" ? "" : String(value)))
    .join(" ");
}

function wholeNumber(value: AttributeValue | undefined): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof number === "bigint") return Number(number);
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}

function pidsOf(value: AttributeValue | undefined): number[] {
  const list = Array.isArray(value)
    ? value.map(wholeNumber)
    : typeof value === "string"
      ? Array.from(value.matchAll(/\d+/g), ([digits]) => Number(digits))
      : [];
  return list.filter((pid) => pid !== undefined).slice(0, 32);
}

function unixNanoOf(text: string): bigint {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || ms < 0 ? 0n : BigInt(ms) * 1_000_000n;
}
