import { isErrorRow, OutlineFlag, type Span } from "@spoor/trace";
import type { CSSProperties, ReactNode } from "react";
import { lookVariables } from "../design/service-colour.ts";
import { childCover } from "../geometry/child-cover.ts";
import { barOf } from "../geometry/time-scale.ts";
import type { TimeWindow } from "../geometry/time-window.ts";
import { calleeOfRow, hasFlag, lookOfRow, momentOfRow, type TraceModel } from "./trace-model.ts";

/** A bar narrower than this share of the scale is a line, and a pale line cannot be seen. */
const COVER_SHARE_MIN = 0.005;
/** Finer than this share of the width, two marks are one. */
const MARK_SHARE_MIN = 1 / 200;

/** A log record on a bar, in ns since the start of the trace. */
export interface LogMark {
  readonly atNano: number;
  readonly severityNumber: number;
}

/** What {@link spanBar} takes. */
export interface SpanBarProps {
  readonly model: TraceModel;
  readonly row: number;
  readonly span: Span | undefined;
  readonly window: TimeWindow;
  readonly logs: readonly LogMark[] | undefined;
}

/**
 * When a span was, and what it did: solid for itself, light for its children, hatched for waiting,
 * underlined where its root waited for it, ticks for events and squares for log records.
 */
export function spanBar(props: SpanBarProps): ReactNode {
  const { model, row, window } = props;
  const { rows } = model.shape;
  const startNano = rows.startNano[row] ?? 0;
  const endNano = rows.endNano[row] ?? 0;
  const bar = barOf(window, { startNano, endNano });
  if (bar === undefined) return outOfSight(endNano < window.fromNano);
  const look = lookOfRow(model, row);
  const isWaiting = waits(props);
  const style: CSSProperties = {
    ...lookVariables(look),
    left: percent(bar.left),
    width: percent(bar.width),
    backgroundImage: [
      isWaiting ? "var(--hatch)" : "",
      bar.width < COVER_SHARE_MIN ? "" : coverGradient(model, row, window),
      look?.isStriped === true ? "var(--stripes)" : "",
    ]
      .filter((image) => image !== "")
      .join(", "),
  };
  const classes = [
    "bar",
    ...(isErrorRow(rows, row) ? ["bar-error"] : []),
    ...(hasFlag(model.shape, row, OutlineFlag.open) ? ["bar-open"] : []),
    ...(calleeOfRow(model, row) === "" ? [] : ["bar-outside"]),
  ];
  return (
    <>
      <div className={classes.join(" ")} style={style} aria-hidden="true" />
      {marks(props)}
    </>
  );
}

function outOfSight(isBefore: boolean): ReactNode {
  return (
    <>
      <div className={isBefore ? "bar-beyond is-before" : "bar-beyond"} aria-hidden="true">
        {isBefore ? "‹" : "›"}
      </div>
      {null}
    </>
  );
}

/** One element for all marks of a bar, as backgrounds: a span may have a thousand events. */
function marks({ model, row, span, window, logs }: SpanBarProps): ReactNode {
  const { path } = model.shape;
  const layers: string[] = [];
  const length = window.toNano - window.fromNano;
  const first = path.firstOfRow[row] ?? 0;
  const end = path.firstOfRow[row + 1] ?? first;
  if (end > first) layers.push(pathLayer(model, { first, end }, window));
  const events = (span?.events ?? [])
    .filter(({ timeUnixNano }) => timeUnixNano > 0n)
    .map(({ timeUnixNano }) => momentOfRow(model, row, timeUnixNano));
  for (const share of shares(events, window)) {
    layers.push(mark(share, "var(--ink)", "2px 6px", "4px"));
  }
  for (const { atNano, severityNumber } of logs ?? []) {
    const share = (atNano - window.fromNano) / length;
    if (share < 0 || share > 1) continue;
    layers.push(mark(share, severityColour(severityNumber), "4px 4px", "0"));
  }
  if (layers.length === 0) return null;
  return <div className="bar-marks" style={{ background: layers.join(", ") }} aria-hidden="true" />;
}

const LAYERS_MAX = 100;

function shares(moments: readonly number[], { fromNano, toNano }: TimeWindow): number[] {
  const length = toNano - fromNano;
  const seen = new Set<number>();
  for (const moment of moments) {
    const share = (moment - fromNano) / length;
    if (share >= 0 && share <= 1) seen.add(Math.round(share / MARK_SHARE_MIN) * MARK_SHARE_MIN);
    if (seen.size >= LAYERS_MAX) break;
  }
  return [...seen];
}

function mark(share: number, colour: string, size: string, top: string): string {
  const image = `linear-gradient(${colour}, ${colour})`;
  return `${image} ${percent(share)} ${top} / ${size} no-repeat`;
}

function severityColour(severityNumber: number): string {
  if (severityNumber >= 17) return "var(--error)";
  return severityNumber >= 13 ? "var(--slow)" : "var(--ink-3)";
}

/** The stretches in which the root waited for this row itself, as one line below the bar. */
function pathLayer(
  { shape: { path } }: TraceModel,
  { first, end }: { readonly first: number; readonly end: number },
  { fromNano, toNano }: TimeWindow,
): string {
  const length = toNano - fromNano;
  const stops: string[] = [];
  let last = -1;
  for (let step = first; step < end && stops.length < LAYERS_MAX * 3; step += 1) {
    const from = ((path.startNano[step] ?? 0) - fromNano) / length;
    const to = Math.max(((path.endNano[step] ?? 0) - fromNano) / length, from + 0.001);
    if (to < 0 || from > 1 || to <= last) continue;
    const [a, b] = [percent(Math.max(0, from, last)), percent(Math.min(1, to))];
    stops.push(`transparent ${a}`, `var(--path) ${a} ${b}`, `transparent ${b}`);
    last = to;
  }
  if (stops.length === 0) return "none";
  return `linear-gradient(90deg, ${stops.join(", ")}) 0 100% / 100% 2px no-repeat`;
}

/** Somebody said what the span waits or waited for. */
function waits({ model, row }: SpanBarProps): boolean {
  const open = model.openOf.get(row);
  return open === undefined ? model.waitedOf.has(row) : open.wait.length > 0;
}

/** Solid where the span worked itself, light where it was in its children. */
function coverGradient({ shape }: TraceModel, row: number, window: TimeWindow): string {
  const stretches = childCover(shape.rows, row, window);
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
