/*
 * Reports as log records: the writing side. The keys and what stands under them are drawn in
 * docs/formats/open-spans.md; read-report.ts is the inverse.
 */
import { formatDuration } from "../base/duration.ts";
import type { LogRecord } from "../log/log-record.ts";
import { keys, LOSS_KEY_PREFIX } from "../semconv/keys.ts";
import { spanTitle } from "../semconv/title.ts";
import type { Attributes, AttributeValue } from "../span/attributes.ts";
import { spanKindName } from "../span/kind.ts";
import { OPEN_SPANS_LISTED_MAX } from "./limits.ts";
import {
  type FindingReport,
  type FindingSeverity,
  type LossReport,
  type OpenSpanReport,
  type Report,
  REPORT_EVENT_NAMES,
  type ReportOrigin,
  type SnapshotReport,
} from "./report.ts";

/** A report as a log record, without what the exporter adds: who says it, and by what means. */
export type ReportRecord = Pick<
  LogRecord,
  | "eventName"
  | "timeUnixNano"
  | "severityNumber"
  | "severityText"
  | "traceId"
  | "spanId"
  | "flags"
  | "attributes"
> & { readonly body: string };

/** What a report does not know and its body says. */
export interface ReportWords {
  /** `service.name` of the process. */
  readonly service: string;
  /** What an open span waits for, such as `waiting for a row lock held by …`; empty for nothing. */
  readonly waitText?: string;
}

/** The severity numbers of OTLP for INFO, WARN and ERROR. */
const SEVERITY_NUMBERS: Readonly<Record<FindingSeverity, number>> = {
  info: 9,
  warning: 13,
  error: 17,
};
const SEVERITY_TEXTS: Readonly<Record<FindingSeverity, string>> = {
  info: "INFO",
  warning: "WARN",
  error: "ERROR",
};

/**
 * The log record that says `report`. Its body is a sentence that makes sense on any log store.
 *
 * @example
 * const record = toReportRecord(report, { service: "inventory", waitText: "waiting for a lock" });
 * record.body; // "inventory: SELECT inventory still open after 2.9s, waiting for a lock"
 */
export function toReportRecord(report: Report, words: ReportWords): ReportRecord {
  switch (report.kind) {
    case "openSpan":
      return openSpanRecord(report, words);
    case "snapshot":
      return snapshotRecord(report, words);
    case "finding":
      return findingRecord(report);
    case "loss":
      return lossRecord(report, words);
  }
}

function openSpanRecord(report: OpenSpanReport, words: ReportWords): ReportRecord {
  const attributes = attributesOf(report, [
    [keys.spoorProcessSnapshot, BigInt(report.snapshot)],
    [keys.spoorOpenSeq, BigInt(report.seq)],
    [keys.spoorOpenStart, report.startTimeUnixNano],
    [keys.spoorOpenName, report.name],
    [keys.spoorOpenKind, spanKindName(report.spanKind)],
    [keys.spoorOpenNextMs, BigInt(report.nextMs)],
    [keys.spoorOpenOverdue, report.isOverdue],
    ...present(keys.spoorOpenParent, report.parentSpanId),
    ...present(keys.spoorOpenCallerGone, report.isCallerGone),
    ...report.wait,
  ]);
  return {
    ...base(report, report.isOverdue ? "warning" : "info"),
    eventName: REPORT_EVENT_NAMES.openSpan,
    body: openSpanSentence(report, words),
    traceId: report.traceId,
    spanId: report.spanId,
    flags: report.flags,
    attributes: withOwn(attributes, report.attributes),
  };
}

function openSpanSentence(report: OpenSpanReport, { service, waitText = "" }: ReportWords): string {
  const age = formatDuration(report.timeUnixNano - report.startTimeUnixNano);
  const parts = [`${service}: ${spanTitle(report)} still open after ${age}`];
  if (waitText !== "") parts.push(waitText);
  if (report.isCallerGone) parts.push("and its caller has given up");
  return parts.join(", ");
}

function snapshotRecord(report: SnapshotReport, { service }: ReportWords): ReportRecord {
  const spans = report.spans.slice(0, OPEN_SPANS_LISTED_MAX);
  const nextText = report.nextMs === 0 ? "" : `; next report in ${ms(report.nextMs)}`;
  const isQuiet = report.spanCount === 0;
  return {
    ...base(report, "info"),
    eventName: REPORT_EVENT_NAMES.snapshot,
    body: isQuiet
      ? `${service}: no span is overdue${nextText}`
      : `${service}: ${report.spanCount} open ${report.spanCount === 1 ? "span" : "spans"}${nextText}`,
    attributes: attributesOf(report, [
      [keys.spoorProcessSnapshot, BigInt(report.snapshot)],
      [keys.spoorProcessSpans, spans.map(({ traceId, spanId }) => `${traceId}-${spanId}`)],
      [keys.spoorProcessSpanCount, BigInt(report.spanCount)],
      [keys.spoorProcessNextMs, BigInt(report.nextMs)],
    ]),
  };
}

function findingRecord(report: FindingReport): ReportRecord {
  const attributes = attributesOf(report, [
    [keys.spoorFindingCode, report.code],
    ...present(keys.spoorFindingSubject, report.subject),
    [keys.spoorFindingCount, BigInt(report.count)],
    [keys.spoorFindingFirst, report.firstSeenUnixNano],
    [keys.spoorFindingLast, report.lastSeenUnixNano],
  ]);
  return {
    ...base(report, report.severity),
    eventName: REPORT_EVENT_NAMES.finding,
    body: report.sentence,
    traceId: report.traceId,
    spanId: report.spanId,
    attributes: withOwn(attributes, report.evidence),
  };
}

function lossRecord(report: LossReport, { service }: ReportWords): ReportRecord {
  const lines = [...report.counts].map(([reason, count]) => `${count} ${reason}`);
  return {
    ...base(report, "warning"),
    eventName: REPORT_EVENT_NAMES.loss,
    body: `${service}: lost since its start: ${lines.join(", ") || "nothing"}`,
    attributes: attributesOf(
      report,
      [...report.counts].map(([reason, count]) => [`${LOSS_KEY_PREFIX}${reason}`, BigInt(count)]),
    ),
  };
}

function base(
  report: ReportOrigin,
  severity: FindingSeverity,
): Omit<ReportRecord, "eventName" | "body" | "attributes"> {
  return {
    timeUnixNano: report.timeUnixNano,
    severityNumber: SEVERITY_NUMBERS[severity],
    severityText: SEVERITY_TEXTS[severity],
    traceId: "",
    spanId: "",
    flags: 0,
  };
}

type Entry = readonly [string, AttributeValue];

function attributesOf(
  report: ReportOrigin,
  entries: readonly Entry[],
): Map<string, AttributeValue> {
  return new Map([[keys.spoorProcessStart, report.processStartUnixNano], ...entries]);
}

/** The report's own keys win: a span cannot say of itself that it has another name. */
function withOwn(attributes: Map<string, AttributeValue>, own: Attributes): Attributes {
  for (const [key, value] of own) if (!attributes.has(key)) attributes.set(key, value);
  return attributes;
}

function present(key: string, value: string | boolean): Entry[] {
  return value === "" || value === false ? [] : [[key, value]];
}

function ms(durationMs: number): string {
  return formatDuration(durationMs * 1e6);
}
