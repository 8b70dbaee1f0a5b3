/*
 * Reports as log records: the reading side. What comes in is from outside, so every value is
 * checked; 64-bit integers may also come as decimal text, because senders in JavaScript have no
 * other way to write them with the official log exporter.
 */
import { isSpanId, isTraceId } from "../identity/ids.ts";
import type { LogRecord } from "../log/log-record.ts";
import { keys, LOSS_KEY_PREFIX, WAIT_KEY_PREFIX } from "../semconv/keys.ts";
import { type Attributes, attributeText, type AttributeValue } from "../span/attributes.ts";
import { isSpanKind, SpanKind, spanKindName } from "../span/kind.ts";
import { NEXT_MS_MAX, OPEN_SPANS_LISTED_MAX } from "./limits.ts";
import {
  type FindingReport,
  type FindingSeverity,
  type LossReport,
  type OpenSpanRef,
  type OpenSpanReport,
  type Report,
  REPORT_EVENT_NAMES,
  type ReportOrigin,
  type SnapshotReport,
} from "./report.ts";

/** A log record that has the name of a report and cannot be read as one. */
export interface MalformedReport {
  readonly kind: "malformed";
  /** For a person: what is wrong with it. */
  readonly problem: string;
}

/** What of a log record a report is read from. */
export type ReportSource = Omit<LogRecord, "resource" | "scope" | "droppedAttributesCount">;

const CODE = /^[a-z0-9_.-]{1,64}$/;
const REASON = /^[a-z0-9_]{1,64}$/;
const UINT32_MAX = 0xffff_ffff;
const LOSS_REASONS_MAX = 64;

/**
 * The report that a log record is; undefined for a log record that is none.
 *
 * Never throws. Reads what {@link toReportRecord} wrote, and what others write by the same page.
 */
export function readReport(record: ReportSource): Report | MalformedReport | undefined {
  switch (record.eventName) {
    case REPORT_EVENT_NAMES.openSpan:
      return readOpenSpan(record);
    case REPORT_EVENT_NAMES.snapshot:
      return readSnapshot(record);
    case REPORT_EVENT_NAMES.finding:
      return readFinding(record);
    case REPORT_EVENT_NAMES.loss:
      return readLoss(record);
    default:
      return undefined;
  }
}

function readOpenSpan(record: ReportSource): OpenSpanReport | MalformedReport {
  const { attributes } = record;
  const start = unixNano(attributes.get(keys.spoorOpenStart));
  const seq = count(attributes.get(keys.spoorOpenSeq));
  if (!isTraceId(record.traceId) || !isSpanId(record.spanId)) return malformed("no span id");
  if (start === undefined || start === 0n) return malformed(`no ${keys.spoorOpenStart}`);
  if (seq === undefined) return malformed(`no ${keys.spoorOpenSeq}`);
  const parent = text(attributes.get(keys.spoorOpenParent));
  return {
    kind: "openSpan",
    ...origin(record),
    traceId: record.traceId,
    spanId: record.spanId,
    parentSpanId: isSpanId(parent) ? parent : "",
    flags: record.flags,
    name: text(attributes.get(keys.spoorOpenName)),
    spanKind: spanKind(attributes.get(keys.spoorOpenKind)),
    startTimeUnixNano: start,
    seq,
    snapshot: count(attributes.get(keys.spoorProcessSnapshot)) ?? 0,
    nextMs: nextMs(attributes.get(keys.spoorOpenNextMs)),
    isOverdue: attributes.get(keys.spoorOpenOverdue) !== false,
    isCallerGone: attributes.get(keys.spoorOpenCallerGone) === true,
    wait: filtered(attributes, (key) => key.startsWith(WAIT_KEY_PREFIX)),
    attributes: filtered(attributes, (key) => !isReportKey(key)),
  };
}

function readSnapshot(record: ReportSource): SnapshotReport | MalformedReport {
  const { attributes } = record;
  const snapshot = count(attributes.get(keys.spoorProcessSnapshot));
  if (snapshot === undefined) return malformed(`no ${keys.spoorProcessSnapshot}`);
  const listed = attributes.get(keys.spoorProcessSpans) ?? [];
  if (!Array.isArray(listed)) return malformed(`${keys.spoorProcessSpans} is not a list`);
  // One more than fits would make the list look complete, so what is cut stays counted.
  const spans = listed.slice(0, OPEN_SPANS_LISTED_MAX).flatMap(openSpanRef);
  const spanCount = count(attributes.get(keys.spoorProcessSpanCount)) ?? 0;
  return {
    kind: "snapshot",
    ...origin(record),
    snapshot,
    spans,
    spanCount: Math.max(spanCount, listed.length),
    nextMs: nextMs(attributes.get(keys.spoorProcessNextMs)),
  };
}

function openSpanRef(value: AttributeValue): OpenSpanRef[] {
  const [traceId = "", spanId = "", ...rest] = text(value).split("-");
  const isValid = isTraceId(traceId) && isSpanId(spanId) && rest.length === 0;
  return isValid ? [{ traceId, spanId }] : [];
}

function readFinding(record: ReportSource): FindingReport | MalformedReport {
  const { attributes } = record;
  const code = text(attributes.get(keys.spoorFindingCode));
  if (!CODE.test(code)) return malformed(`${keys.spoorFindingCode} is not a code`);
  const from = origin(record);
  return {
    kind: "finding",
    ...from,
    code,
    subject: text(attributes.get(keys.spoorFindingSubject)),
    severity: severityOf(record.severityNumber),
    sentence: attributeText(record.body),
    count: count(attributes.get(keys.spoorFindingCount)) ?? 1,
    firstSeenUnixNano: unixNano(attributes.get(keys.spoorFindingFirst)) ?? from.timeUnixNano,
    lastSeenUnixNano: unixNano(attributes.get(keys.spoorFindingLast)) ?? from.timeUnixNano,
    traceId: record.traceId,
    spanId: record.spanId,
    evidence: filtered(attributes, (key) => !isReportKey(key)),
  };
}

function readLoss(record: ReportSource): LossReport {
  const counts = new Map<string, number>();
  for (const [key, value] of record.attributes) {
    if (!key.startsWith(LOSS_KEY_PREFIX) || counts.size === LOSS_REASONS_MAX) continue;
    const reason = key.slice(LOSS_KEY_PREFIX.length);
    const total = integer(value);
    if (!REASON.test(reason) || total === undefined || total < 0n) continue;
    counts.set(reason, Math.min(Number(total), Number.MAX_SAFE_INTEGER));
  }
  return { kind: "loss", ...origin(record), counts };
}

function origin({ attributes, timeUnixNano, observedTimeUnixNano }: ReportSource): ReportOrigin {
  return {
    timeUnixNano: timeUnixNano === 0n ? observedTimeUnixNano : timeUnixNano,
    processStartUnixNano: unixNano(attributes.get(keys.spoorProcessStart)) ?? 0n,
  };
}

const REPORT_KEY_PREFIXES = ["spoor.open.", "spoor.process.", "spoor.finding.", WAIT_KEY_PREFIX];

function isReportKey(key: string): boolean {
  return REPORT_KEY_PREFIXES.some((prefix) => key.startsWith(prefix));
}

function filtered(attributes: Attributes, isWanted: (key: string) => boolean): Attributes {
  return new Map([...attributes].filter(([key]) => isWanted(key)));
}

function malformed(problem: string): MalformedReport {
  return { kind: "malformed", problem };
}

function integer(value: AttributeValue | undefined): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return BigInt(value);
  return undefined;
}

function unixNano(value: AttributeValue | undefined): bigint | undefined {
  const read = integer(value);
  return read === undefined || read < 0n || read >= 2n ** 64n ? undefined : read;
}

function count(value: AttributeValue | undefined): number | undefined {
  const read = integer(value);
  return read === undefined || read < 0n || read > UINT32_MAX ? undefined : Number(read);
}

function nextMs(value: AttributeValue | undefined): number {
  return Math.min(count(value) ?? 0, NEXT_MS_MAX);
}

function text(value: AttributeValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function spanKind(value: AttributeValue | undefined): SpanKind {
  if (typeof value === "string") {
    const name = value.toLowerCase();
    return Object.values(SpanKind).find((kind) => spanKindName(kind) === name) ?? 0;
  }
  const kind = Number(integer(value) ?? 0n);
  return isSpanKind(kind) ? kind : SpanKind.unspecified;
}

/** Severity numbers 17 and up are errors, 13 to 16 warnings. Logs data model, SeverityNumber. */
function severityOf(severityNumber: number): FindingSeverity {
  if (severityNumber >= 17) return "error";
  return severityNumber >= 13 ? "warning" : "info";
}
