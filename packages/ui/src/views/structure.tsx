import { formatDuration, type TraceDocument } from "@spoor/trace";
import { useMemo } from "react";
import { mergedStructure, type StructurePlace } from "../data/merged-structure.ts";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { type TableColumn, TableHead } from "../design/table-head.tsx";
import { countText } from "../design/time-text.ts";
import { type PlaceRow, usePlaceGrid } from "./use-place-grid.tsx";
import { shareText } from "./result-head.tsx";
import "./service-map.css";
import "./structure.css";

/** What {@link Structure} takes. */
export interface StructureProps {
  readonly documents: readonly TraceDocument[];
  /** Traces that were found and not merged. */
  readonly moreCount: number;
}

/** The tree that the found traces have in common. */
export function Structure({ documents, moreCount }: StructureProps) {
  const places = useMemo(() => mergedStructure(documents), [documents]);
  const depths = useMemo(() => places.map(({ depth }) => depth), [places]);
  const grid = usePlaceGrid({
    depths,
    label: "The structure of the found traces",
    className: "structure",
  });
  const looks = serviceLooks(places.map(({ service }) => service));
  const longest = places.reduce((most, { totalNano }) => Math.max(most, totalNano), 1);
  return (
    <>
      <p className="map-note">
        {countText(documents.length, "trace")} laid over each other, the middle duration of each
        place.
        {moreCount > 0 && ` ${countText(moreCount, "more trace")} of this list not merged.`}
      </p>
      <table {...grid.props}>
        <TableHead columns={COLUMNS} />
        <tbody>
          {grid.rows.map((row) => {
            const place = places[row.row];
            return place === undefined ? null : (
              <Place
                key={row.row}
                row={row}
                place={place}
                look={looks.get(place.service)}
                traceCount={documents.length}
                longest={longest}
              />
            );
          })}
        </tbody>
      </table>
    </>
  );
}

const COLUMNS: readonly TableColumn[] = [
  { title: "Span" },
  { title: "In traces", isNumber: true },
  { title: "Calls each", isNumber: true },
  { title: "Errors", isNumber: true },
  { title: "Self", isNumber: true },
  { title: "Total", isNumber: true },
  { title: "Share of the longest", isHidden: true },
];

interface PlaceProps {
  readonly row: PlaceRow;
  readonly place: StructurePlace;
  readonly look: ServiceLook | undefined;
  readonly traceCount: number;
  readonly longest: number;
}

function Place({ row, place, look, traceCount, longest }: PlaceProps) {
  const { service, name, callsEach, errorCount, selfNano, totalNano } = place;
  return (
    <tr {...row.props}>
      <td>
        {row.lead}
        <Monogram service={service} look={look} />{" "}
        <span className="visually-hidden">{service}</span> {name === "" ? "(no name)" : name}
      </td>
      <td className="number">{shareText(place.traceCount / Math.max(1, traceCount))}</td>
      <td className="number">{callsEach === 1 ? "1" : `×${Number(callsEach.toPrecision(3))}`}</td>
      <td className={errorCount > 0 ? "number is-error" : "number"}>
        {errorCount > 0 && `✕ ${errorCount.toLocaleString("en")}`}
      </td>
      <td className="number">{formatDuration(selfNano)}</td>
      <td className="number">{formatDuration(totalNano)}</td>
      <td className="structure-bar" aria-hidden="true">
        <div style={{ width: `${(totalNano / longest) * 100}%` }}>
          <div style={{ width: `${(selfNano / Math.max(1, totalNano)) * 100}%` }} />
        </div>
      </td>
    </tr>
  );
}
