/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys */
import { formatDuration } from "@spoor/trace";
import { type ReactNode, useMemo, useState } from "react";
import { Monogram } from "../design/monogram.tsx";
import { exactDurationText } from "../design/time-text.ts";
import { type GroupOrder, type SpanGroup, spanGroups } from "../geometry/span-table.ts";
import { clipped } from "./line-words.ts";
import type { TraceModel } from "./trace-model.ts";
import type { TraceSight } from "./trace-sight.ts";
import "./span-table.css";

/** More groups are told of and shown on demand: a trace whose names hold ids has one for each. */
const GROUPS_SHOWN = 200;

/** What {@link SpanTable} takes. */
export interface SpanTableProps {
  readonly model: TraceModel;
  readonly sight: TraceSight;
  /** Shows the longest span of a group where it stands. */
  readonly onSelect: (row: number) => void;
}

const COLUMNS: readonly (readonly [order: GroupOrder, title: string])[] = [
  ["count", "Count"],
  ["errorCount", "Errors"],
  ["selfNano", "Self"],
  ["totalNano", "Total"],
  ["maxNano", "Longest"],
];

/** The spans of a trace by service and name; those that a filter leaves. */
export function SpanTable({ model, sight, onSelect }: SpanTableProps) {
  const [order, setOrder] = useState<GroupOrder>("selfNano");
  const [limit, setLimit] = useState(GROUPS_SHOWN);
  const groups = useMemo(
    () => spanGroups(model.shape, order, sight.kept),
    [model.shape, order, sight.kept],
  );
  const selfNano = groups.reduce((sum, group) => sum + group.selfNano, 0);
  return (
    <section
      className="span-table"

      aria-label="Spans by name"
      data-view-focus
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">Service and name</th>
            {COLUMNS.map(([column, title]) => (
              <th key={column} scope="col" aria-sort={order === column ? "descending" : "none"}>
                <button type="button" onClick={() => setOrder(column)}>
                  {title} <span aria-hidden="true">{order === column ? "↓" : ""}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.slice(0, limit).map((group) => (
            <tr key={`${group.service}\n${group.name}`}>
              <Name model={model} group={group} onSelect={onSelect} />
              <td>{group.count.toLocaleString("en")}</td>
              <td className={group.errorCount > 0 ? "is-error" : "quiet"}>
                {group.errorCount === 0 ? "–" : `✕ ${group.errorCount.toLocaleString("en")}`}
              </td>
              <Time nano={group.selfNano} share={selfNano === 0 ? 0 : group.selfNano / selfNano} />
              <Time nano={group.totalNano} />
              <Time nano={group.maxNano} />
            </tr>
          ))}
        </tbody>
      </table>
      {groups.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit * 10)}>
          {(groups.length - limit).toLocaleString("en")} more
        </button>
      )}
    </section>
  );
}

function Name(props: {
  readonly model: TraceModel;
  readonly group: SpanGroup;
  readonly onSelect: (row: number) => void;
}): ReactNode {
  const { model, group, onSelect } = props;
  const { service, name, longestRow } = group;
  return (
    <th scope="row">
      <Monogram service={service} look={model.looks.get(service)} />{" "}
      <button
        type="button"
        className="jump"
        title="Show the longest of them"
        onClick={() => onSelect(longestRow)}
      >
        <bdi>{name === "" ? "(no name)" : clipped(name)}</bdi>
      </button>{" "}
      <bdi className="quiet">{clipped(service, 80)}</bdi>
    </th>
  );
}

function Time({ nano, share }: { readonly nano: number; readonly share?: number }) {
  return (
    <td title={exactDurationText(nano)}>
      {formatDuration(nano)}
      {share !== undefined && (
        <span className="share" style={{ width: `${share * 100}%` }} aria-hidden="true" />
      )}
    </td>
  );
}
