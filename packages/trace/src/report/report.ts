/*
 * What a process says about itself while its spans cannot: which are still open, what is wrong with
 * its tracing, and what it lost. On the wire each is a log record that is an event, so that any
 * log store keeps it as a readable line; docs/formats/open-spans.md has every field.
 *
 * Everything is a level, not an edge. A snapshot replaces the one before, counts are totals since
 * the start of the process, and numbers only grow: a report that is lost, late or delivered twice
 * does no harm.
 */
import type { Attributes } from "../span/attributes.ts";
import type { SpanKind } from "../span/kind.ts";

/** The event names of the reports. */
export const REPORT_EVENT_NAMES = {
  openSpan: "spoor.span.open",
  snapshot: "spoor.process.open",
  finding: "spoor.finding",
  loss: "spoor.loss",
} as const;

/** What every report carries. */
export interface ReportOrigin {
  /** When it was made, by the clock of the process. */
  readonly timeUnixNano: bigint;
  /** Tells a process from another under the same `service.instance.id`. 0 where it is not known. */
  readonly processStartUnixNano: bigint;
}

/** `spoor.span.open`: one span that has not ended. */
export interface OpenSpanReport extends ReportOrigin {
  readonly kind: "openSpan";
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits, or empty for a root span. */
  readonly parentSpanId: string;
  /** W3C trace flags. Of a trace that is not sampled (bit 0 unset) no finished span will follow. */
  readonly flags: number;
  readonly name: string;
  readonly spanKind: SpanKind;
  readonly startTimeUnixNano: bigint;
  /** Counts the reports of this span, from 1; the highest one holds. */
  readonly seq: number;
  /** The snapshot that this report was made with or after. */
  readonly snapshot: number;
  /** When the next report of this span is due, in ms. */
  readonly nextMs: number;
  /** False for a span that is reported only because one below it is overdue. */
  readonly isOverdue: boolean;
  /** Whoever asked for this work does not wait for it any more. */
  readonly isCallerGone: boolean;
  /** What it waits for and who holds that: attributes that begin with `spoor.wait.`. */
  readonly wait: Attributes;
  /** The span's own attributes, as far as they are set by now. */
  readonly attributes: Attributes;
}

/** A span, by its ids. */
export interface OpenSpanRef {
  readonly traceId: string;
  readonly spanId: string;
}

/** `spoor.process.open`: all spans of a process that are reported as open at one moment. */
export interface SnapshotReport extends ReportOrigin {
  readonly kind: "snapshot";
  /** Counts the snapshots of this process, from 1; the highest one holds. */
  readonly snapshot: number;
  /** The overdue spans and their open ancestors, oldest first, at most OPEN_SPANS_LISTED_MAX. */
  readonly spans: readonly OpenSpanRef[];
  /** How many there are in truth; more than `spans.length` when the list was cut. */
  readonly spanCount: number;
  /** When the next snapshot is due, in ms; 0 makes no promise. */
  readonly nextMs: number;
}

/** How grave a finding is. */
export type FindingSeverity = "info" | "warning" | "error";

/** `spoor.finding`: something is wrong with the tracing of this process. */
export interface FindingReport extends ReportOrigin {
  readonly kind: "finding";
  /** Stable, such as `context_lost`: lower-case letters, digits, `_`, `.`, `-`, at most 64. */
  readonly code: string;
  /** What it is about, such as a package or a line of code; empty when the code says it all. */
  readonly subject: string;
  readonly severity: FindingSeverity;
  /** For a person: what is wrong, and what to do. */
  readonly sentence: string;
  /** How often it was seen since the start of the process. */
  readonly count: number;
  readonly firstSeenUnixNano: bigint;
  readonly lastSeenUnixNano: bigint;
  /** The trace in which it was seen last; empty when it belongs to none. */
  readonly traceId: string;
  /** The span at which it was seen last; empty when it belongs to none. */
  readonly spanId: string;
  /** What shows it; keys that do not begin with `spoor.finding.`. */
  readonly evidence: Attributes;
}

/** `spoor.loss`: what this process lost since its start, by reason. */
export interface LossReport extends ReportOrigin {
  readonly kind: "loss";
  /**
   * Totals since the start of the process. Reasons are names of the loss registry; a newer sender
   * may use one that this version does not know.
   */
  readonly counts: ReadonlyMap<string, number>;
}

/** Anything that a process says about itself. */
export type Report = OpenSpanReport | SnapshotReport | FindingReport | LossReport;
