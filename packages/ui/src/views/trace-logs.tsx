/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys */
import { attributeText, type Coverage, formatDuration, severityName } from "@spoor/trace";
import { useMemo, useState, useSyncExternalStore } from "react";
import { Monogram } from "../design/monogram.tsx";
import { countText, exactDurationText } from "../design/time-text.ts";
import { CoverageNote } from "./coverage-note.tsx";
import { clipped } from "./line-words.ts";
import { severityClass } from "./severity-class.ts";
import { type Moment, momentsOf, unreadEventRows } from "./trace-moments.ts";
import { lookOfRow, serviceOfRow, type TraceModel } from "./trace-model.ts";
import "./trace-logs.css";

/** More are shown on demand. */
const MOMENTS_SHOWN = 300;

/** What {@link TraceLogs} takes. */
export interface TraceLogsProps {
  readonly model: TraceModel;
  readonly logs: readonly Moment[];
  /** Of the log records; undefined while they are on their way. */
  readonly coverage: Coverage | undefined;
  readonly selectedRow: number;
  readonly onSelect: (row: number) => void;
  /** Marks a moment in all pictures. */
  readonly onPoint: (atNano: number | undefined) => void;
}

/** Log records and the events of spans, in order of time. */
export function TraceLogs(props: TraceLogsProps) {
  const { model, logs, coverage } = props;
  const [limit, setLimit] = useState(MOMENTS_SHOWN);
  const version = useSyncExternalStore(model.spans.subscribe, () => model.spans.version);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the cache changes under its version
  const moments = useMemo(() => momentsOf(model, logs), [model, logs, version]);
  const unread = useMemo(() => unreadEventRows(model), [model]);
  return (
    <section
      className="trace-logs"
      aria-label="Log records and events"
      data-view-focus
      tabIndex={0}
    >
      <p className="trace-logs-words">
        {countText(logs.length, "log record")}, {countText(moments.length - logs.length, "event")}
        {unread > 0 &&
          `; of ${countText(unread, "span")} with events those that were looked at`}{" "}
        {coverage === undefined ? "· reading …" : <CoverageNote coverage={coverage} />}
      </p>
      <ol>
        {moments.slice(0, limit).map((moment, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a moment has no name but its place
          <MomentItem key={index} {...props} moment={moment} />
        ))}
      </ol>
      {moments.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit * 10)}>
          {countText(moments.length - limit, "more line")}
        </button>
      )}
    </section>
  );
}

function MomentItem(props: TraceLogsProps & { readonly moment: Moment }) {
  const { model, moment, selectedRow, onSelect, onPoint } = props;
  const { atNano, row, kind, severityNumber, text, attributes } = moment;
  const service = row === -1 ? "" : serviceOfRow(model, row);
  const words = Array.from(attributes, ([key, value]) => `${key}=${attributeText(value)}`);
  const isSelected = row !== -1 && row === selectedRow;
  return (
    <li className={isSelected ? "moment is-selected" : "moment"}>
      <button
        type="button"
        disabled={row === -1}
        aria-pressed={isSelected}
        onClick={() => onSelect(row)}
        onPointerEnter={() => onPoint(atNano)}
        onPointerLeave={() => onPoint(undefined)}
        onFocus={() => onPoint(atNano)}
        onBlur={() => onPoint(undefined)}
      >
        <span className="moment-time" title={exactDurationText(atNano)}>
          {atNano < 0 ? "" : "+"}
          {formatDuration(atNano)}
        </span>
        <span className={`moment-kind ${severityClass(severityNumber)}`}>
          {kind === "event" ? "event" : severityName(severityNumber) || "log"}
        </span>
        {service !== "" && <Monogram service={service} look={lookOfRow(model, row)} />}
        <bdi className="moment-text">{clipped(text === "" ? "(no text)" : text)}</bdi>
        <bdi className="moment-attributes">{clipped(words.join("  "), 200)}</bdi>
      </button>
    </li>
  );
}
