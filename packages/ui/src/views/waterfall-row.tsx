/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows of a table cannot be placed freely */
import {
  errorText,
  formatDuration,
  nodeDurationNano,
  type OpenSpan,
  openSpanSentence,
  serviceName,
  spanTitle,
  StatusCode,
  type TreeNode,
} from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { type CSSProperties, memo } from "react";
import { Monogram } from "../design/monogram.tsx";
import { lookVariables } from "../design/service-colour.ts";
import { exactDurationText } from "../design/time-text.ts";
import { childCover } from "../geometry/child-cover.ts";
import { ROW_HEIGHT_PX } from "../geometry/row-window.ts";
import { barOf } from "../geometry/time-scale.ts";
import {
  type GhostRow,
  type HolderRow,
  isExpandable,
  type SpanRow,
  type WaterfallRow,
} from "../geometry/waterfall-rows.ts";
import type { TraceModel } from "./trace-model.ts";

const INDENT_PX = 14;
/** Deeper than this the indent stops growing, or the names would leave their column. */
const INDENT_LEVELS_MAX = 24;

/** A bar narrower than this share of the scale is a line, and a pale line cannot be seen. */
const COVER_SHARE_MIN = 0.005;

/** What {@link WaterfallRowView} takes. */
export interface WaterfallRowProps {
  readonly model: TraceModel;
  readonly row: WaterfallRow;
  /** Among the rows that are not folded away. */
  readonly place: number;
  readonly isSelected: boolean;
  readonly isCollapsed: boolean;
}

/** The id of a row's element. */
export function rowElementId(key: string): string {
  return `row-${key}`;
}

/** One row of the waterfall. */
export const WaterfallRowView = memo(function WaterfallRowView(props: WaterfallRowProps) {
  const { model, row, place, isSelected, isCollapsed } = props;
  return (
    <div
      role="row"
      id={rowElementId(row.key)}
      className={`waterfall-row ${isSelected ? "is-selected" : ""}`}
      style={{ transform: `translateY(${place * ROW_HEIGHT_PX}px)` }}
      data-key={row.key}
      aria-rowindex={place + 2}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.setSize}
      aria-expanded={isExpandable(row) ? !isCollapsed : undefined}
      aria-selected={isSelected}
      aria-label={spokenText(row, model)}
    >
      {row.kind === "span" && <SpanCells model={model} row={row} isCollapsed={isCollapsed} />}
      {row.kind === "ghost" && <GhostCells row={row} isCollapsed={isCollapsed} />}
      {row.kind === "holder" && <HolderCells model={model} row={row} />}
    </div>
  );
});

interface CellProps<Row> {
  readonly row: Row;
  readonly isCollapsed: boolean;
}

function SpanCells(props: CellProps<SpanRow> & { readonly model: TraceModel }) {
  const { model, row, isCollapsed } = props;
  const { node } = row;
  const service = serviceName(node.span.resource);
  const above = node.parent && serviceName(node.parent.span.resource);
  const durationNano = nodeDurationNano(node);
  const selfNano = model.selfNanoOf.get(node) ?? 0;
  const title = spanTitle(node.span);
  return (
    <>
      <div role="gridcell" className="span-name" style={indentOf(row)}>
        <Twisty row={row} isCollapsed={isCollapsed} />
        <Monogram service={service} look={model.looks.get(service)} />
        <span className="span-title" title={title}>
          {title === "" ? "(no name)" : title}
        </span>
        {service !== above && <span className="span-service">{service}</span>}
        <Marks model={model} node={node} />
      </div>
      <div role="gridcell" className="number quiet" title={exactDurationText(selfNano)}>
        {formatDuration(selfNano)}
      </div>
      <div role="gridcell" className="number" title={exactDurationText(durationNano)}>
        {model.openOf.has(node) && <span className="open-sign">▷ </span>}
        {node.hasTimes ? formatDuration(durationNano) : "no time"}
      </div>
      <div role="gridcell" className="span-time">
        <Bar model={model} node={node} service={service} />
      </div>
    </>
  );
}

function GhostCells({ row, isCollapsed }: CellProps<GhostRow>) {
  return (
    <>
      <div role="gridcell" className="span-name is-ghost" style={indentOf(row)}>
        <Twisty row={row} isCollapsed={isCollapsed} />
        <span className="ghost-chip" aria-hidden="true">
          ?
        </span>
        <span className="span-title" title={row.parentSpanId}>
          {ghostText(row)}
        </span>
      </div>
      <div role="gridcell" aria-label="no self time" />
      <div role="gridcell" aria-label="no duration" />
      <div role="gridcell" className="span-time" aria-label="no time" />
    </>
  );
}

/** Dashed, because it is no span: somebody else told of it. */
function HolderCells({ model, row }: { readonly model: TraceModel; readonly row: HolderRow }) {
  const { who, session, traceId } = row.holder;
  const { left, width } = barOf(model.scale, row.node);
  return (
    <>
      <div role="gridcell" className="span-name is-holder" style={indentOf(row)}>
        <span className="twisty" aria-hidden="true" />
        <span className="ghost-chip" aria-hidden="true">
          ‖
        </span>
        <span className="span-title" title={`${who}${session === "" ? "" : `: ${session}`}`}>
          held by {who}
        </span>
        {traceId !== "" && (
          <Link to="/t/$traceId" params={{ traceId }} className="holder-link">
            its trace
          </Link>
        )}
      </div>
      <div role="gridcell" aria-label="no self time" />
      <div role="gridcell" aria-label="no duration" />
      <div role="gridcell" className="span-time">
        <div
          className="bar-holder"
          style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
          title={session}
        >
          {session}
        </div>
      </div>
    </>
  );
}

function Twisty({ row, isCollapsed }: CellProps<WaterfallRow>) {
  if (!isExpandable(row)) return <span className="twisty" aria-hidden="true" />;
  const hiddenCount = row.subtreeEnd - row.index - 1;
  return (
    <span className="twisty" data-twisty="" aria-hidden="true" title={`${hiddenCount} below`}>
      {isCollapsed ? "▸" : "▾"}
    </span>
  );
}

/** Every mark is a glyph and a word, and never a colour alone. */
function Marks({ model, node }: { readonly model: TraceModel; readonly node: TreeNode }) {
  const slow = model.slowMarkOf.get(node);
  const isError = node.span.status.code === StatusCode.error;
  const oddity = oddityOf(node);
  const open = model.openOf.get(node);
  if (slow === undefined && !isError && oddity === "" && open === undefined) return null;
  const error = errorText(node.span);
  return (
    <span className="marks">
      {open !== undefined && (
        <span className="mark-open" title={openSpanSentence(open, model.nowUnixNano)}>
          {openWords(open)}
        </span>
      )}
      {slow !== undefined && (
        <span
          className="mark-slow"
          title={`${exactDurationText(slow.ownNano)} of its own on the critical path`}
        >
          ← slow
        </span>
      )}
      {isError && <span className="mark-error">✕</span>}
      {isError && (
        <span className="mark-error-text" title={error}>
          {error === "" ? "error" : error}
        </span>
      )}
      {oddity !== "" && <span className="mark-odd">? {oddity}</span>}
    </span>
  );
}

function openWords({ state, isCallerGone, wait }: OpenSpan): string {
  const words = { open: "open", ending: "ended, not arrived", gone: "open, process gone" }[state];
  const blocked = wait.length > 0 && state === "open" ? "‖ waits" : words;
  return isCallerGone ? `${blocked}, caller gone` : blocked;
}

function oddityOf(node: TreeNode): string {
  const { startTimeUnixNano, endTimeUnixNano } = node.span;
  if (node.place === "self_parent") return "names itself as parent";
  if (node.place === "cycle") return "parents in a circle";
  if (node.hasTimes && endTimeUnixNano < startTimeUnixNano) return "ends before it starts";
  return node.hasTimes ? "" : "without times";
}

function Bar(props: {
  readonly model: TraceModel;
  readonly node: TreeNode;
  readonly service: string;
}) {
  const { model, node, service } = props;
  const { left, width } = barOf(model.scale, node);
  const look = model.looks.get(service);
  const style: CSSProperties = {
    ...lookVariables(look),
    left: `${left * 100}%`,
    width: `${width * 100}%`,
    backgroundImage: [
      width < COVER_SHARE_MIN ? "" : coverGradient(node),
      look?.isStriped === true ? "var(--stripes)" : "",
    ]
      .filter((image) => image !== "")
      .join(", "),
  };
  const isError = node.span.status.code === StatusCode.error;
  const classes = [
    "bar",
    ...(isError ? ["bar-error"] : []),
    ...(model.openOf.has(node) ? ["bar-open"] : []),
  ];
  return <div className={classes.join(" ")} style={style} aria-hidden="true" />;
}

/** Solid where the span worked itself, light where it was in its children. */
function coverGradient(node: TreeNode): string {
  const stretches = childCover(node);
  if (stretches.length === 0) return "";
  const stops = stretches.flatMap(({ from, to }) => [
    `transparent ${percent(from)}`,
    `var(--bar-cover) ${percent(from)} ${percent(to)}`,
    `transparent ${percent(to)}`,
  ]);
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(3)}%`;
}

function indentOf(row: WaterfallRow): CSSProperties {
  const levels = Math.min(row.level - 1, INDENT_LEVELS_MAX);
  // React knows no custom properties, but passes them on.
  return { "--indent": `${levels * INDENT_PX}px` } as CSSProperties;
}

function ghostText(row: GhostRow): string {
  return `parent ${row.parentSpanId.slice(0, 4)}… never arrived`;
}

function spokenWait(node: TreeNode, { openOf, nowUnixNano }: TraceModel): string {
  const open = openOf.get(node);
  return open === undefined ? "" : `still open, ${openSpanSentence(open, nowUnixNano)}`;
}

function spokenText(row: WaterfallRow, model: TraceModel): string {
  switch (row.kind) {
    case "span":
      return spokenRow(row.node, model);
    case "ghost":
      return ghostText(row);
    case "holder":
      return `held by ${row.holder.who}, ${row.holder.session}`;
  }
}

/** The row as it is read out: what, how long, from when, and what is wrong with it. */
function spokenRow(node: TreeNode, model: TraceModel): string {
  const { span } = node;
  return [
    spanTitle(span),
    serviceName(span.resource),
    formatDuration(nodeDurationNano(node)),
    `starts at ${formatDuration(node.startNano)}`,
    span.status.code === StatusCode.error ? `error ${errorText(span)}` : "",
    model.slowMarkOf.has(node) ? "slow" : "",
    spokenWait(node, model),
    oddityOf(node),
  ]
    .filter((text) => text !== "")
    .join(", ");
}
