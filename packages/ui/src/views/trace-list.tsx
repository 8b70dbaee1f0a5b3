/*
 * The list of traces. Each row is a link, so that it opens in a new tab, is copied and is read out
 * like any other; the arrow keys only move the focus from one to the next.
 */
import { formatDuration, type TraceSummaryDocument } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { memo, type KeyboardEvent } from "react";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import {
  clockText,
  countText,
  dayText,
  exactDurationText,
  exactTimeText,
} from "../design/time-text.ts";
import { type RowMove, movedPlace } from "../geometry/row-moves.ts";
import "./trace-list.css";

const MOVES: Readonly<Record<string, RowMove>> = {
  ArrowUp: "up",
  k: "up",
  ArrowDown: "down",
  j: "down",
  Home: "first",
  End: "last",
  PageUp: "pageUp",
  PageDown: "pageDown",
};
const PAGE_ROWS = 15;

/** What {@link TraceList} takes. */
export interface TraceListProps {
  readonly traces: readonly TraceSummaryDocument[];
  readonly nowMs: number;
}

/** A table of traces in the order given. Drawn anew only when one of them changed. */
export const TraceList = memo(function TraceList({ traces, nowMs }: TraceListProps) {
  const looks = serviceLooks(traces.map(({ rootService }) => rootService));
  const slowestNano = traces.reduce((most, t) => Math.max(most, Number(t.durationNano)), 1);
  return (
    <table className="trace-list">
      <caption className="visually-hidden">Traces</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Service</th>
          <th scope="col">Root span</th>
          <th scope="col" className="number">
            Duration
          </th>
          <th scope="col">
            <span className="visually-hidden">Share of the slowest</span>
          </th>
          <th scope="col" className="number">
            Spans
          </th>
          <th scope="col" className="number">
            Errors
          </th>
        </tr>
      </thead>
      <tbody>
        {traces.map((trace) => (
          <TraceRow
            key={trace.traceId}
            trace={trace}
            look={looks.get(trace.rootService)}
            share={Math.max(0, Number(trace.durationNano)) / slowestNano}
            day={dayText(BigInt(trace.startTimeUnixNano), nowMs)}
          />
        ))}
      </tbody>
    </table>
  );
});

interface TraceRowProps {
  readonly trace: TraceSummaryDocument;
  readonly look: ServiceLook | undefined;
  /** Of the slowest duration shown, 0 to 1. */
  readonly share: number;
  readonly day: string;
}

const TraceRow = memo(function TraceRow({ trace, look, share, day }: TraceRowProps) {
  const start = BigInt(trace.startTimeUnixNano);
  const others = trace.services.filter((service) => service !== trace.rootService);
  return (
    <tr>
      <td className="time" title={exactTimeText(start)}>
        {day !== "" && <span className="day">{day} </span>}
        {clockText(start)}
      </td>
      <td className="service" title={trace.services.join(", ")}>
        <Monogram service={trace.rootService} look={look} />
        <span className="service-name">{trace.rootService}</span>
        {others.length > 0 && <span className="more">+{others.length}</span>}
      </td>
      <td className="name">
        {!trace.hasRoot && (
          <span className="rootless" title="No span without a parent has arrived yet">
            ? no root yet
          </span>
        )}
        <Link to="/t/$traceId" params={{ traceId: trace.traceId }} data-trace-row="">
          {trace.rootName === "" ? "(no name)" : trace.rootName}
        </Link>
      </td>
      <td className="number" title={exactDurationText(BigInt(trace.durationNano))}>
        {formatDuration(BigInt(trace.durationNano))}
      </td>
      <td className="share" aria-hidden="true">
        <div style={{ width: `${share * 100}%` }} />
      </td>
      <td className="number">{trace.spanCount.toLocaleString("en")}</td>
      <td className="number">
        {trace.errorCount > 0 && (
          <span className="errors" title={countText(trace.errorCount, "span with an error")}>
            <span aria-hidden="true">✕ </span>
            {trace.errorCount.toLocaleString("en")}
          </span>
        )}
      </td>
    </tr>
  );
});

/** Moves the focus among the rows below `list`. True when the key was one that moves. */
export function moveFocus(
  list: HTMLElement,
  event: KeyboardEvent | globalThis.KeyboardEvent,
): boolean {
  const move = MOVES[event.key];
  if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
  const rows = [...list.querySelectorAll<HTMLElement>("[data-trace-row]")];
  const from = rows.findIndex((row) => row === document.activeElement);
  const place = movedPlace(move, { from, count: rows.length, pageRows: PAGE_ROWS });
  rows[place]?.focus();
  rows[place]?.scrollIntoView({ block: "nearest" });
  return true;
}
