/*
 * What was said in a trace, in order of time: log records, and the events of spans.
 */
import {
  type Attributes,
  attributeText,
  fromLogRecordListDocument,
  type LogRecord,
  logRecordTimeUnixNano,
  type LogRecordsAnswer,
  OutlineFlag,
} from "@spoor/trace";
import { rowOfSpan } from "../geometry/line-key.ts";
import type { LogMark } from "./span-bar.tsx";
import { hasFlag, loadedSpans, momentOfRow, type TraceModel } from "./trace-model.ts";

/** A log record or an event of a span. */
export interface Moment {
  readonly kind: "log" | "event";
  /** Since the start of the trace; may be negative where clocks disagree. */
  readonly atNano: number;
  /** 0 for an event, and where the sender named none. */
  readonly severityNumber: number;
  readonly text: string;
  readonly attributes: Attributes;
  /** Of the span, -1 when it is not in the trace. */
  readonly row: number;
}

/** The log records of a trace as moments. Cost: a look over the rows for each span that logs. */
export function logMoments(model: TraceModel, answer: LogRecordsAnswer): Moment[] {
  const rowOf = new Map<string, number>();
  return fromLogRecordListDocument(answer).map((record) => {
    let row = rowOf.get(record.spanId);
    if (row === undefined) {
      row = record.spanId === "" ? -1 : rowOfSpan(model.shape, record.spanId);
      rowOf.set(record.spanId, row);
    }
    return momentOf(model, record, row);
  });
}

function momentOf(model: TraceModel, record: LogRecord, row: number): Moment {
  const time = logRecordTimeUnixNano(record);
  return {
    kind: "log",
    atNano: time === 0n ? 0 : momentOfRow(model, row, time),
    severityNumber: record.severityNumber,
    text: record.body === null ? record.eventName : attributeText(record.body),
    attributes: record.attributes,
    row,
  };
}

/** `logs` and the events of the spans that are here, in order of time. */
export function momentsOf(model: TraceModel, logs: readonly Moment[]): Moment[] {
  const moments = [...logs];
  for (const [row, span] of loadedSpans(model)) {
    for (const { timeUnixNano, name, attributes } of span.events) {
      const atNano = timeUnixNano === 0n ? 0 : momentOfRow(model, row, timeUnixNano);
      moments.push({ kind: "event", atNano, severityNumber: 0, text: name, attributes, row });
    }
  }
  return moments.sort((a, b) => a.atNano - b.atNano);
}

/** How many rows have events that are not here, because their spans were not looked at. */
export function unreadEventRows({ shape, spans }: TraceModel): number {
  if (spans.isWhole) return 0;
  let count = 0;
  for (let row = 0; row < shape.rows.rowCount; row += 1) {
    if (hasFlag(shape, row, OutlineFlag.hasEvents)) count += 1;
  }
  return count;
}

/** Where log records stand on the bars, by row. */
export function logMarks(logs: readonly Moment[]): ReadonlyMap<number, readonly LogMark[]> {
  return Map.groupBy(
    logs.filter(({ row }) => row !== -1),
    ({ row }) => row,
  );
}
