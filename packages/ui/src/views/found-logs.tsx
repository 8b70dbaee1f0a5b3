/*
 * What was logged, in order of time: in the traces that a query found, or in all of the time.
 */
import {
  attributeText,
  fromLogRecordListDocument,
  type LogRecord,
  type LogRecordListDocument,
  logRecordTimeUnixNano,
  serviceName,
  severityName,
} from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { clockText, countText, exactTimeText } from "../design/time-text.ts";
import { clipped } from "./line-words.ts";
import { severityClass } from "./severity-class.ts";
import "./found-logs.css";
import "./service-map.css";

/** What {@link FoundLogs} takes. */
export interface FoundLogsProps {
  readonly answers: readonly LogRecordListDocument[];
  /** What was looked at, behind the number of records: `of 20 traces`. */
  readonly what: string;
  /** What was not, in a sentence; empty for nothing. */
  readonly notRead: string;
}

interface Line {
  readonly record: LogRecord;
  readonly unixNano: bigint;
  readonly service: string;
}

/** More would make the page slow; those of one trace are all on its page. */
const LINES_SHOWN = 500;

/** A table of log records; each leads to the span that wrote it. */
export function FoundLogs({ answers, what, notRead }: FoundLogsProps) {
  const lines = useMemo(() => linesOf(answers), [answers]);
  const looks = useMemo(() => serviceLooks(lines.map(({ service }) => service)), [lines]);
  return (
    <>
      <p className="map-note">
        {countText(lines.length, "log record")} {what}, the newest first.
        {lines.length > LINES_SHOWN && ` ${LINES_SHOWN} of them are listed.`} {notRead}
        {lines.length === 0 && " Applications send them over the same ports as their spans."}
      </p>
      {lines.length > 0 && (
        <table className="plain-table found-logs">
          <caption className="visually-hidden">Log records</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Service</th>
              <th scope="col">Severity</th>
              <th scope="col">Text</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, LINES_SHOWN).map((line, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- a log record has no name
              <LogLine key={index} line={line} look={looks.get(line.service)} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function LogLine({ line, look }: { readonly line: Line; readonly look: ServiceLook | undefined }) {
  const { record, unixNano, service } = line;
  const { severityNumber, body, eventName, traceId, spanId, attributes } = record;
  const text = body === null ? eventName : attributeText(body);
  const words = clipped(text === "" ? "(no text)" : text);
  const fields = Array.from(attributes, ([key, value]) => `${key}=${attributeText(value)}`);
  return (
    <tr>
      <td title={exactTimeText(unixNano)}>{clockText(unixNano)}</td>
      <td>
        <Monogram service={service} look={look} /> {service}
      </td>
      <td className={severityClass(severityNumber)}>{severityName(severityNumber) || "log"}</td>
      <td>
        {traceId === "" ? (
          <bdi>{words}</bdi>
        ) : (
          <Link
            to="/t/$traceId"
            params={{ traceId }}
            search={spanId === "" ? { v: "logs" } : { s: spanId, v: "logs" }}
            data-trace-row=""
          >
            <bdi>{words}</bdi>
          </Link>
        )}{" "}
        <bdi className="quiet">{clipped(fields.join("  "), 160)}</bdi>
      </td>
    </tr>
  );
}

function linesOf(answers: readonly LogRecordListDocument[]): Line[] {
  const lines = answers.flatMap((answer) =>
    fromLogRecordListDocument(answer).map((record) => ({
      record,
      unixNano: logRecordTimeUnixNano(record),
      service: serviceName(record.resource),
    })),
  );
  return lines.sort((a, b) => (a.unixNano < b.unixNano ? 1 : a.unixNano > b.unixNano ? -1 : 0));
}
