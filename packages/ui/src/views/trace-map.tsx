/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys */
/*
 * The services of one trace and who called whom, with where the time went: a picture, and the same
 * as two tables.
 */
import { formatDuration, peerOf } from "@spoor/trace";
import { useMemo, useSyncExternalStore } from "react";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks } from "../design/service-colour.ts";
import { countText, exactDurationText } from "../design/time-text.ts";
import { type ServiceTime, serviceTimes, type TraceCall, traceMap } from "../geometry/trace-map.ts";
import { clipped } from "./line-words.ts";
import { CALLEE_TYPES, MapPicture } from "./map-picture.tsx";
import { shareText } from "./result-head.tsx";
import { spanOfRow, type TraceModel } from "./trace-model.ts";
import "./span-table.css";
import "./trace-map.css";

/** What {@link TraceServiceMap} takes. */
export interface TraceServiceMapProps {
  readonly model: TraceModel;
  /** Shows a span where it stands. */
  readonly onSelect: (row: number) => void;
}

/** The map view of a trace. */
export function TraceServiceMap({ model, onSelect }: TraceServiceMapProps) {
  const { shape, spans } = model;
  const version = useSyncExternalStore(spans.subscribe, () => spans.version);
  const times = useMemo(() => serviceTimes(shape), [shape]);
  const { calls, unreadCount } = useMemo(
    () =>
      traceMap(shape, (row) => {
        const span = spanOfRow(model, row);
        return span === undefined ? undefined : peerOf(span);
      }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the cache changes under its version
    [model, version],
  );
  const looks = useMemo(
    () => new Map([...serviceLooks(calls.map(({ callee }) => callee)), ...model.looks]),
    [calls, model.looks],
  );
  const names = useMemo(() => times.map(({ service }) => service), [times]);
  const timeOf = new Map(times.map((time) => [time.service, time]));
  const selfNano = times.reduce((sum, time) => sum + time.selfNano, 0);
  const rowOf = (name: string): number | undefined =>
    timeOf.get(name)?.longestRow ?? calls.find(({ callee }) => callee === name)?.longestRow;
  return (
    <section className="span-table trace-map" aria-label="Services" data-view-focus tabIndex={0}>
      <MapPicture
        calls={calls}
        services={names}
        looks={looks}
        wordsOf={({ name }) => ownWords(timeOf.get(name), selfNano)}
        titleOf={({ name }) =>
          timeOf.has(name) ? "Show its span with the most own time" : "Show the longest call of it"
        }
        onNode={({ name }) => {
          const row = rowOf(name);
          if (row !== undefined) onSelect(row);
        }}
      />
      {unreadCount > 0 && (
        <p className="map-note">
          {countText(unreadCount, "outgoing call")} without an answer{" "}
          {unreadCount === 1 ? "is" : "are"} not drawn: what{" "}
          {unreadCount === 1 ? "it calls stands in a span" : "they call stands in spans"} that{" "}
          {unreadCount === 1 ? "was" : "were"} not read yet.
        </p>
      )}
      <Services model={model} times={times} selfNano={selfNano} onSelect={onSelect} />
      {calls.length > 0 && <Calls calls={calls} onSelect={onSelect} />}
    </section>
  );
}

function ownWords(time: ServiceTime | undefined, wholeNano: number): string {
  if (time === undefined) return "";
  const share = wholeNano === 0 ? "" : `, ${shareText(time.selfNano / wholeNano)}`;
  return `${formatDuration(time.selfNano)} itself${share}`;
}

function Services(props: {
  readonly model: TraceModel;
  readonly times: readonly ServiceTime[];
  readonly selfNano: number;
  readonly onSelect: (row: number) => void;
}) {
  const { model, times, selfNano, onSelect } = props;
  return (
    <table>
      <caption>Services</caption>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col">Spans</th>
          <th scope="col">Errors</th>
          <th scope="col">Self</th>
        </tr>
      </thead>
      <tbody>
        {times.map((time) => (
          <tr key={time.service}>
            <th scope="row">
              <Monogram service={time.service} look={model.looks.get(time.service)} />{" "}
              <button
                type="button"
                className="jump"
                title="Show its span with the most own time"
                onClick={() => onSelect(time.longestRow)}
              >
                <bdi>{clipped(time.service, 120)}</bdi>
              </button>
            </th>
            <td>{time.spanCount.toLocaleString("en")}</td>
            <Errors count={time.errorCount} />
            <td title={exactDurationText(time.selfNano)}>
              {formatDuration(time.selfNano)}
              <span
                className="share"
                style={{ width: `${selfNano === 0 ? 0 : (time.selfNano / selfNano) * 100}%` }}
                aria-hidden="true"
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Calls(props: {
  readonly calls: readonly TraceCall[];
  readonly onSelect: (row: number) => void;
}) {
  return (
    <table>
      <caption>Calls</caption>
      <thead>
        <tr>
          <th scope="col">Caller and called</th>
          <th scope="col">Calls</th>
          <th scope="col">Errors</th>
          <th scope="col">Total</th>
          <th scope="col">Longest</th>
        </tr>
      </thead>
      <tbody>
        {props.calls.map((call) => (
          <tr key={`${call.caller}\n${call.callee}\n${call.calleeType}`}>
            <th scope="row">
              <bdi>{clipped(call.caller, 120)}</bdi> <span aria-hidden="true">→</span>
              <span className="visually-hidden">calls</span>{" "}
              <button
                type="button"
                className="jump"
                title="Show the longest of these calls"
                onClick={() => props.onSelect(call.longestRow)}
              >
                <bdi>{call.callee === "" ? "(not named)" : clipped(call.callee, 120)}</bdi>
              </button>{" "}
              <span className="quiet">{CALLEE_TYPES[call.calleeType]}</span>
            </th>
            <td>{call.callCount.toLocaleString("en")}</td>
            <Errors count={call.errorCount} />
            <td title={exactDurationText(call.totalNano)}>{formatDuration(call.totalNano)}</td>
            <td title={exactDurationText(call.maxNano)}>{formatDuration(call.maxNano)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Errors({ count }: { readonly count: number }) {
  return (
    <td className={count > 0 ? "is-error" : "quiet"}>
      {count === 0 ? "–" : `✕ ${count.toLocaleString("en")}`}
    </td>
  );
}
