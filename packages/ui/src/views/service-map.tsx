/*
 * Who calls whom in the whole system: a picture, and the calls as a table.
 */
import { formatDuration, type ServiceEdgeDocument } from "@spoor/trace";
import { type TableColumn, TableHead } from "../design/table-head.tsx";
import { CALLEE_TYPES, MapPicture } from "./map-picture.tsx";
import { shareText } from "./result-head.tsx";

/** What {@link ServiceMap} takes. */
export interface ServiceMapProps {
  readonly edges: readonly ServiceEdgeDocument[];
  /** Asks for the spans of a service. */
  readonly onService: (service: string) => void;
}

/** The map, and below it the calls as a table. */
export function ServiceMap({ edges, onService }: ServiceMapProps) {
  return (
    <div className="map">
      <MapPicture
        calls={edges}
        titleOf={({ name }) => `Explore the spans of ${name}`}
        onNode={({ name }) => onService(name)}
      />
      <Calls edges={edges} />
    </div>
  );
}

const COLUMNS: readonly TableColumn[] = [
  { title: "Caller" },
  { title: "Called" },
  { title: "Calls", isNumber: true },
  { title: "Errors", isNumber: true },
  { title: "p50", isNumber: true },
  { title: "p95", isNumber: true },
  { title: "p99", isNumber: true },
];

function Calls({ edges }: { readonly edges: readonly ServiceEdgeDocument[] }) {
  return (
    <table className="plain-table">
      <caption className="visually-hidden">Calls between services</caption>
      <TableHead columns={COLUMNS} />
      <tbody>
        {edges.map((edge) => (
          <tr key={`${edge.caller}\n${edge.callee}\n${edge.calleeType}`}>
            <td>{edge.caller}</td>
            <td>
              {edge.callee === "" ? "(not named)" : edge.callee}{" "}
              <span className="quiet">{CALLEE_TYPES[edge.calleeType]}</span>
            </td>
            <td className="number">{edge.callCount.toLocaleString("en")}</td>
            <td className={edge.errorCount > 0 ? "number is-error" : "number"}>
              {shareText(edge.errorCount / Math.max(1, edge.callCount))}
            </td>
            {[edge.p50Nano, edge.p95Nano, edge.p99Nano].map((nano, index) => (
              <td key={["p50", "p95", "p99"][index]} className="number">
                {nano === null ? "–" : formatDuration(nano)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
