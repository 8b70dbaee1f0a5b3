import { formatDuration, type TraceDocument } from "@spoor/trace";
import { useMemo } from "react";
import { mergedStructure, type StructurePlace } from "../data/merged-structure.ts";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { countText } from "../design/time-text.ts";
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
  const looks = serviceLooks(places.map(({ service }) => service));
  const longest = places.reduce((most, { totalNano }) => Math.max(most, totalNano), 1);
  return (
    <>
      <p className="map-note">
        {countText(documents.length, "trace")} laid over each other, the middle duration of each
        place.
        {moreCount > 0 && ` ${countText(moreCount, "more trace")} of this list not merged.`}
      </p>
      <table className="plain-table structure">
        <caption className="visually-hidden">The structure of the found traces</caption>
        <thead>
          <tr>
            <th scope="col">Span</th>
            <th scope="col" className="number">
              In traces
            </th>
            <th scope="col" className="number">
              Calls each
            </th>
            <th scope="col" className="number">
              Errors
            </th>
            <th scope="col" className="number">
              Self
            </th>
            <th scope="col" className="number">
              Total
            </th>
            <th scope="col">
              <span className="visually-hidden">Share of the longest</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {places.map((place, index) => (
            <Place
              // oxlint-disable-next-line react/no-array-index-key -- they have no names
              key={index}
              place={place}
              look={looks.get(place.service)}
              traceCount={documents.length}
              longest={longest}
            />
          ))}
        </tbody>
      </table>
    </>
  );
}

interface PlaceProps {
  readonly place: StructurePlace;
  readonly look: ServiceLook | undefined;
  readonly traceCount: number;
  readonly longest: number;
}

function Place({ place, look, traceCount, longest }: PlaceProps) {
  const { service, name, depth, callsEach, errorCount, selfNano, totalNano } = place;
  return (
    <tr>
      <td style={{ paddingLeft: 12 + depth * 18 }}>
        {depth > 0 && (
          <span className="quiet" aria-hidden="true">
            └{" "}
          </span>
        )}
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
