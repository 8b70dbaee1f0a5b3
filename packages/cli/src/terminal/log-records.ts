/*
 * Log records one below the other: aligned for people; with tabs and nothing shortened for
 * programs. A body is never cut, only kept on one line: it is what one came for.
 */
import {
  attributeText,
  type LogRecord,
  logRecordTimeUnixNano,
  serviceHue,
  serviceName,
  severityName,
} from "@spoor/trace";
import type { Palette } from "./palette.ts";
import { padEnd, textWidth } from "./text-width.ts";
import { exactTime } from "./time-text.ts";
import { printable } from "./tree-view.ts";

/** How log records are to look. */
export interface LogRecordView {
  readonly isAscii: boolean;
  readonly palette: Palette;
  readonly timeText: (unixNano: bigint) => string;
  /** Whether to tell of which trace each is. */
  readonly withTrace: boolean;
}

const GAP = "  ";
const NANO_PER_MS = 1_000_000n;
/** The lowest severity number of ERROR. */
const ERROR_MIN = 17;

/** Digits of a trace id for people: enough to ask for it. */
const TRACE_DIGITS = 8;

/** One line each: time, severity, service, perhaps the trace, body; separated by tabs. */
export function logRecordLines(
  records: readonly LogRecord[],
  { withTrace }: Pick<LogRecordView, "withTrace">,
): string {
  return records
    .map((record) => {
      const fields = [
        exactTime(logRecordTimeUnixNano(record)),
        severityOf(record),
        serviceName(record.resource),
        ...(withTrace ? [record.traceId || "-"] : []),
        messageOf(record),
      ];
      return `${fields.map((field) => printable(field, { isAscii: false })).join("\t")}\n`;
    })
    .join("");
}

/** The same for people. */
export function logRecordTable(records: readonly LogRecord[], view: LogRecordView): string {
  const rows = records.map((record) => [
    timeOf(record, view),
    printable(severityOf(record), view),
    printable(serviceName(record.resource), view),
    view.withTrace ? record.traceId.slice(0, TRACE_DIGITS) || "-" : "",
  ]);
  const widths = [0, 1, 2, 3].map((column) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[column] ?? "")), 0),
  );
  return records
    .map((record, index) => {
      const cells = rows[index]?.map((cell, column) => padEnd(cell, widths[column] ?? 0)) ?? [];
      const [time = "", severity = "", service = "", trace = ""] = cells;
      const painted = [
        view.palette.quiet(time),
        paintSeverity(record, severity, view.palette),
        view.palette.service(serviceHue(serviceName(record.resource)), service),
        ...(view.withTrace ? [view.palette.quiet(trace)] : []),
        printable(messageOf(record), view),
      ];
      return `${painted.join(GAP)}\n`;
    })
    .join("");
}

/** The sender's own word or, without one, the name of the number. */
function severityOf({ severityText, severityNumber }: LogRecord): string {
  return severityText === "" ? severityName(severityNumber) || "-" : severityText;
}

function paintSeverity({ severityNumber }: LogRecord, text: string, palette: Palette): string {
  return severityNumber >= ERROR_MIN ? palette.error(text) : text;
}

/** With the milliseconds, by which the lines of one request are told apart. */
function timeOf(record: LogRecord, { timeText }: LogRecordView): string {
  const unixNano = logRecordTimeUnixNano(record);
  const ms = ((unixNano / NANO_PER_MS) % 1000n).toString().padStart(3, "0");
  return timeText(unixNano).replace(/Z?$/, (zone) => `.${ms}${zone}`);
}

function messageOf({ eventName, body }: LogRecord): string {
  const text = attributeText(body);
  if (eventName === "" || text === "") return eventName + text;
  return `${eventName}: ${text}`;
}
