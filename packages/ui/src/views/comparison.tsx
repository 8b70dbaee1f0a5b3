/*
 * Two traces laid over each other: the sentence, the largest changes, and the tree that both have,
 * with two bars in each row. A is solid and B an outline, so that neither needs its colour.
 */
import { type ComparedPlace, type ComparisonAnswer, formatDuration } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import {
  badgesOf,
  changedPlaces,
  largestChanges,
  type PlaceBadge,
} from "../data/comparison-places.ts";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { type TableColumn, TableHead } from "../design/table-head.tsx";
import { clockText, countText } from "../design/time-text.ts";
import { AttributeDifferences } from "./attribute-differences.tsx";
import { CoverageNote } from "./coverage-note.tsx";
import { type PlaceRow, usePlaceGrid } from "./use-place-grid.tsx";
import "./service-map.css";
import "./comparison.css";

/** More rows than this at once are slow to draw and are not read. */
const PLACES_SHOWN = 400;
const CHANGES_SHOWN = 5;

/** The whole comparison. */
export function Comparison({ answer }: { readonly answer: ComparisonAnswer }) {
  const changed = useMemo(() => changedPlaces(answer), [answer]);
  const [isAll, setAll] = useState(changed.length === answer.places.length || changed.length === 0);
  const [limit, setLimit] = useState(PLACES_SHOWN);
  const count = isAll ? answer.places.length : changed.length;
  const indexes = useMemo(
    () => (isAll ? [...answer.places.keys()] : changed).slice(0, limit),
    [answer, changed, isAll, limit],
  );
  const looks = serviceLooks(answer.places.map(({ service }) => service));
  return (
    <>
      <h1 className="comparison-sentence">{answer.sentence}</h1>
      <div className="comparison-sides">
        <Side name="A" trace={answer.a} />
        <Side name="B" trace={answer.b} />
        <CoverageNote coverage={answer} />
      </div>
      <Changes answer={answer} looks={looks} />
      <div className="comparison-tools">
        <h2>The tree of both</h2>
        <button
          type="button"
          className="button"
          aria-pressed={!isAll}
          onClick={() => setAll(!isAll)}
          disabled={changed.length === 0}
        >
          Only what differs
        </button>
        {!isAll && answer.places.length > changed.length && (
          <span>{countText(answer.places.length - changed.length, "place")} alike, not shown</span>
        )}
      </div>
      <Places answer={answer} indexes={indexes} looks={looks} />
      {count > limit && (
        <p className="map-note">
          Showing {limit.toLocaleString("en")} of {countText(count, "place")}.{" "}
          <button type="button" className="button" onClick={() => setLimit(count)}>
            Show all
          </button>
        </p>
      )}
      <AttributeDifferences answer={answer} />
    </>
  );
}

interface PlacesProps extends ChangesProps {
  /** Of the places that are shown; the same list while they are the same. */
  readonly indexes: readonly number[];
}

/** The tree of both. */
function Places({ answer, looks, indexes }: PlacesProps) {
  const depths = useMemo(
    () => indexes.map((index) => answer.places[index]?.depth ?? 0),
    [answer, indexes],
  );
  const grid = usePlaceGrid({
    depths,
    label: "The tree of both traces, place by place",
    className: "comparison",
  });
  const longest = answer.places.reduce(
    (most, { a, b }) => Math.max(most, a.totalNano, b.totalNano),
    1,
  );
  return (
    <table {...grid.props}>
      <TableHead columns={COLUMNS} />
      <tbody>
        {grid.rows.map((row) => {
          const place = answer.places[indexes[row.row] ?? -1];
          return place === undefined ? null : (
            <Place
              key={row.row}
              row={row}
              place={place}
              look={looks.get(place.service)}
              longest={longest}
              answer={answer}
            />
          );
        })}
      </tbody>
    </table>
  );
}

const COLUMNS: readonly TableColumn[] = [
  { title: "Span" },
  { title: "Change" },
  { title: "A", isNumber: true },
  { title: "B", isNumber: true },
  { title: "Both as bars", isHidden: true },
  { title: "Δ self", isNumber: true },
  { title: "Δ total", isNumber: true },
];

function Side(props: { readonly name: "A" | "B"; readonly trace: ComparisonAnswer["a"] }) {
  const { name, trace } = props;
  return (
    <div className={name === "A" ? "comparison-side is-a" : "comparison-side is-b"}>
      <strong>{name}</strong>
      <Link to="/t/$traceId" params={{ traceId: trace.traceId }}>
        {trace.rootService} {trace.rootName === "" ? "(no name)" : trace.rootName}
      </Link>
      <span>
        {formatDuration(BigInt(trace.durationNano))} · {countText(trace.spanCount, "span")} ·{" "}
        {clockText(BigInt(trace.startTimeUnixNano))}
        {trace.typicalOf !== null &&
          ` · typical: the middle one of ${trace.typicalOf.toLocaleString("en")} in the hour before`}
      </span>
    </div>
  );
}

interface ChangesProps {
  readonly answer: ComparisonAnswer;
  readonly looks: ReadonlyMap<string, ServiceLook>;
}

function Changes({ answer, looks }: ChangesProps) {
  const largest = largestChanges(answer, CHANGES_SHOWN);
  if (largest.length === 0) return null;
  const most = Math.abs(answer.places[largest[0] ?? 0]?.selfDeltaNano ?? 1);
  return (
    <ol className="comparison-changes" aria-label="The largest changes of own time">
      {largest.map((index) => {
        const place = answer.places[index];
        if (place === undefined) return null;
        const { service, name, selfDeltaNano } = place;
        return (
          <li key={index}>
            <span className="comparison-delta">{deltaText(selfDeltaNano)}</span>
            <span className="comparison-delta-bar" aria-hidden="true">
              <span
                className={selfDeltaNano > 0 ? "bar-b" : "bar-a"}
                style={{ width: `${(Math.abs(selfDeltaNano) / most) * 100}%` }}
              />
            </span>
            <Monogram service={service} look={looks.get(service)} />
            <span>
              {service} <strong>{name === "" ? "(no name)" : name}</strong>
            </span>
            {/* How much longer it takes in all is said in the tree; here it is its own time. */}
            <Badges
              badges={badgesOf(place).filter(({ kind }) => !/^(?:slow|fast)er$/.test(kind))}
            />
          </li>
        );
      })}
    </ol>
  );
}

interface PlaceProps {
  readonly row: PlaceRow;
  readonly place: ComparedPlace;
  readonly look: ServiceLook | undefined;
  readonly longest: number;
  readonly answer: ComparisonAnswer;
}

function Place({ row, place, look, longest, answer }: PlaceProps) {
  const { service, name, change, a, b, selfDeltaNano, totalDeltaNano } = place;
  const side = change === "missing" ? answer.a : answer.b;
  const [spanId] = change === "missing" ? a.spanIds : b.spanIds;
  const width = (nano: number): string => `${(nano / longest) * 100}%`;
  return (
    <tr {...row.props} className={`is-${change}`}>
      <td>
        {row.lead}
        <Monogram service={service} look={look} />{" "}
        <span className="visually-hidden">{service} </span>
        <Link
          to="/t/$traceId"
          params={{ traceId: side.traceId }}
          search={spanId === undefined ? {} : { s: spanId }}
        >
          {name === "" ? "(no name)" : name}
        </Link>
      </td>
      <td>
        <Badges badges={badgesOf(place)} />
      </td>
      <td className="number">{a.spanCount === 0 ? "–" : formatDuration(a.totalNano)}</td>
      <td className="number">{b.spanCount === 0 ? "–" : formatDuration(b.totalNano)}</td>
      <td className="comparison-bars" aria-hidden="true">
        <div className="comparison-a" style={{ width: width(a.totalNano) }} />
        <div className="comparison-b" style={{ width: width(b.totalNano) }} />
      </td>
      <td className="number">{deltaText(selfDeltaNano)}</td>
      <td className="number">{deltaText(totalDeltaNano)}</td>
    </tr>
  );
}

function Badges({ badges }: { readonly badges: readonly PlaceBadge[] }) {
  return badges.map(({ kind, text }) => (
    <span key={kind} className={`badge is-${kind}`}>
      {text}
    </span>
  ));
}

/** `+29.6s`, `−4ms`; what is less than a microsecond is nothing. */
export function deltaText(nano: number): string {
  if (Math.abs(nano) < 1000) return "0";
  return `${nano > 0 ? "+" : "−"}${formatDuration(Math.abs(nano))}`;
}
