/*
 * A table of traces. Each row is a link, so that it opens in a new tab, is copied and is read out
 * like any other; the arrow keys only move the focus from one to the next.
 */
import { formatDuration, type TraceSummaryDocument } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, memo, type ReactNode } from "react";
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
import "./trace-table.css";

/** What every row says, whatever else is known of its trace. */
export type ListedTrace = Pick<
  TraceSummaryDocument,
  | "traceId"
  | "rootService"
  | "rootName"
  | "hasRoot"
  | "services"
  | "startTimeUnixNano"
  | "durationNano"
  | "errorCount"
>;

/** What tables differ in. One object for all draws of a table, so that rows that stay are kept. */
export interface TraceColumns<T extends ListedTrace> {
  readonly caption: string;
  readonly className: string;
  /** The heading of the picture. */
  readonly barTitle: ReactNode;
  /** The picture; `slowestNano` is the longest duration of the table, at least 1. */
  readonly bar: (trace: T, slowestNano: number) => ReactNode;
  readonly countTitle: string;
  readonly count: (trace: T) => number;
  /** The span that the row leads to; empty for none of them. */
  readonly spanId: (trace: T) => string;
  /** Behind the name. */
  readonly labels: (trace: T) => string;
}

/** What {@link TraceTable} takes. */
export interface TraceTableProps<T extends ListedTrace> {
  readonly traces: readonly T[];
  readonly columns: TraceColumns<T>;
  readonly nowMs: number;
}

/** The traces in the order given. */
export function TraceTable<T extends ListedTrace>({ traces, columns, nowMs }: TraceTableProps<T>) {
  const looks = serviceLooks(traces.map(({ rootService }) => rootService));
  const slowestNano = traces.reduce((most, t) => Math.max(most, Number(t.durationNano)), 1);
  const { caption, className, barTitle, countTitle } = columns;
  return (
    <table className={`trace-table ${className}`}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Service</th>
          <th scope="col">Root span</th>
          <th scope="col" className="number">
            Duration
          </th>
          <th scope="col">{barTitle}</th>
          <th scope="col" className="number">
            {countTitle}
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
            // A row hands its columns the trace that it was given, which is of their kind.
            columns={columns as TraceColumns<ListedTrace>}
            look={looks.get(trace.rootService)}
            slowestNano={slowestNano}
            day={dayText(BigInt(trace.startTimeUnixNano), nowMs)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface TraceRowProps {
  readonly trace: ListedTrace;
  readonly columns: TraceColumns<ListedTrace>;
  readonly look: ServiceLook | undefined;
  readonly slowestNano: number;
  readonly day: string;
}

/** Drawn anew only when its trace changed. */
const TraceRow = memo(function TraceRow(props: TraceRowProps) {
  const { trace, columns, look, slowestNano, day } = props;
  const start = BigInt(trace.startTimeUnixNano);
  const others = trace.services.filter((service) => service !== trace.rootService);
  const [labels, spanId] = [columns.labels(trace), columns.spanId(trace)];
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
        <Link
          to="/t/$traceId"
          params={{ traceId: trace.traceId }}
          search={spanId === "" ? {} : { s: spanId }}
          data-trace-row=""
        >
          {trace.rootName === "" ? "(no name)" : trace.rootName}
        </Link>
        {labels !== "" && <span className="more">{labels}</span>}
      </td>
      <td className="number" title={exactDurationText(BigInt(trace.durationNano))}>
        {formatDuration(BigInt(trace.durationNano))}
      </td>
      <td className="bar-cell" aria-hidden="true">
        {columns.bar(trace, slowestNano)}
      </td>
      <td className="number">{columns.count(trace).toLocaleString("en")}</td>
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
