/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys */
/*
 * The flame graph of a trace: each span below its parent, in order of time; or merged by path, the
 * widest first. A picture for the eye; whoever cannot see it has the same spans in the tree, one
 * key away.
 */
import { formatDuration } from "@spoor/trace";
import { type MouseEvent, useMemo, useRef, useState } from "react";
import {
  mergedCalls,
  type MergedBar,
  type MergedCalls,
  mergedPicture,
} from "../geometry/merged-flame.ts";
import { flameDepth, flameOf, type Picture, type Rectangle } from "../geometry/picture.ts";
import type { TimeWindow } from "../geometry/time-window.ts";
import { countText } from "../design/time-text.ts";
import { type CanvasColours, useCanvasColours } from "./canvas-colours.ts";
import { clipped } from "./line-words.ts";
import {
  durationOfRow,
  lookOfRow,
  serviceOfRow,
  titleOfRow,
  type TraceModel,
} from "./trace-model.ts";
import { useCanvas } from "./use-canvas.ts";
import "./flame.css";

const LANE_PX = 20;
/** Room for three letters; on less no text is drawn. */
const TEXT_PX_MIN = 30;
/** Canvases of more than some 16,000 pixels cannot be painted; deeper levels are told of. */
const LEVELS_MAX = 600;

/** What {@link Flame} takes. */
export interface FlameProps {
  readonly model: TraceModel;
  readonly window: TimeWindow;
  /** -1 for none. */
  readonly selectedRow: number;
  /** Calls of one path as one bar, as wide as their own time and that of all below. */
  readonly isMerged: boolean;
  readonly onMerged: (isMerged: boolean) => void;
  readonly onSelect: (row: number) => void;
  readonly onPoint: (share: number | undefined) => void;
}

/** The flame graph of a trace. */
export function Flame(props: FlameProps) {
  const { model, window, selectedRow, isMerged, onMerged, onSelect } = props;
  const { shape } = model;
  const colours = useCanvasColours();
  const merged = useMemo(() => (isMerged ? mergedCalls(shape) : undefined), [shape, isMerged]);
  const depth = useMemo(() => merged?.depth ?? flameDepth(shape), [shape, merged]);
  const levels = Math.min(LEVELS_MAX, depth);
  const heightPx = levels * LANE_PX;
  const picture = useRef<FlamePicture>(undefined);
  const [pointed, setPointed] = useState<FlameBar>();
  const subject = useMemo(
    () => ({ model, window, colours, selectedRow, merged }),
    [model, window, colours, selectedRow, merged],
  );
  const { ref } = useCanvas(heightPx, subject, (context, size) => {
    picture.current =
      merged === undefined
        ? flameOf(shape, { ...size, window, laneHeight: LANE_PX })
        : mergedPicture(merged, { ...size, laneHeight: LANE_PX });
    paint(context, picture.current, { model, colours, selectedRow });
  });
  const barAt = (event: MouseEvent): FlameBar | undefined => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return rectangleAt(picture.current, event.clientX - left, event.clientY - top);
  };
  // A merged graph has no axis of time, so it has no moment to mark either.
  const onPoint = isMerged ? undefined : props.onPoint;
  return (
    <div className="flame">
      <Head
        words={wordsOf(model, { pointed, merged, selectedRow })}
        hiddenCount={depth - levels}
        isMerged={isMerged}
        onMerged={onMerged}
      />
      <section
        className="flame-scroll"

        aria-label="Flame graph"
        data-view-focus
        tabIndex={0}
      >
        <div className="flame-picture">
          <canvas
            ref={ref}
            aria-hidden="true"
            style={{ height: heightPx }}
            onClick={(event) => {
              const hit = barAt(event);
              if (hit !== undefined) onSelect(hit.row);
            }}
            onPointerMove={(event) => {
              const { left, width } = event.currentTarget.getBoundingClientRect();
              setPointed(barAt(event));
              onPoint?.((event.clientX - left) / width);
            }}
            onPointerLeave={() => {
              setPointed(undefined);
              onPoint?.(undefined);
            }}
          />
          <div className="crosshair crosshair-window" />
        </div>
      </section>
    </div>
  );
}

function Head(props: {
  readonly words: string;
  /** Levels that are not drawn. */
  readonly hiddenCount: number;
  readonly isMerged: boolean;
  readonly onMerged: (isMerged: boolean) => void;
}) {
  const { words, hiddenCount, isMerged, onMerged } = props;
  return (
    <div className="flame-head">
      <p className="flame-words" aria-live="off">
        {words}
        {hiddenCount > 0 && ` The ${hiddenCount} deepest levels are not drawn; the tree has them.`}
      </p>
      <button
        type="button"
        className="button button-quiet"
        aria-pressed={isMerged}
        title="Calls with the same path as one bar, as wide as their own time, the widest first"
        onClick={() => onMerged(!isMerged)}
      >
        merged by path
      </button>
    </div>
  );
}

type FlameBar = Rectangle & Partial<Pick<MergedBar, "call">>;

interface FlamePicture extends Picture {
  readonly bars: readonly FlameBar[];
  readonly errors: readonly FlameBar[];
}

interface Pointed {
  readonly pointed: FlameBar | undefined;
  readonly merged: MergedCalls | undefined;
  readonly selectedRow: number;
}

function wordsOf(model: TraceModel, { pointed, merged, selectedRow }: Pointed): string {
  if (pointed !== undefined && merged !== undefined) {
    return mergedWords(model, merged, pointed.call ?? 0);
  }
  const row = pointed?.row ?? selectedRow;
  if (row !== -1) return barWords(model, row);
  return merged === undefined
    ? "Point at a bar to read it, click to open it."
    : "As wide as the own time of all calls with one path. Click to open the longest of them.";
}

function mergedWords(model: TraceModel, calls: MergedCalls, call: number): string {
  const row = calls.longestRows[call] ?? 0;
  const { skeleton } = model.shape;
  const name = clipped(skeleton.names[skeleton.name[row] ?? -1] ?? "", 160);
  const count = countText(calls.callCounts[call] ?? 0, "call");
  const errors = calls.errorCounts[call] ?? 0;
  const own = formatDuration(calls.ownNano[call] ?? 0);
  const total = formatDuration(calls.totalNano[call] ?? 0);
  const failed = errors === 0 ? "" : `, ✕ ${countText(errors, "error")}`;
  return `${name} · ${serviceOfRow(model, row)} · ${count}${failed}, ${own} itself, ${total} with all below`;
}

function barWords(model: TraceModel, row: number): string {
  const title = clipped(titleOfRow(model, row), 160);
  const own = formatDuration(model.shape.selfNano[row] ?? 0);
  return `${title} · ${serviceOfRow(model, row)} · ${formatDuration(durationOfRow(model, row))}, ${own} itself`;
}

/** The last one drawn there, which is the one on top. */
function rectangleAt(
  picture: FlamePicture | undefined,
  x: number,
  y: number,
): FlameBar | undefined {
  const isHit = (bar: FlameBar): boolean =>
    x >= bar.x && x <= bar.x + bar.width && y >= bar.y && y <= bar.y + bar.height;
  return picture?.errors.findLast(isHit) ?? picture?.bars.findLast(isHit);
}

interface PaintWith {
  readonly model: TraceModel;
  readonly colours: CanvasColours;
  readonly selectedRow: number;
}

function paint(context: CanvasRenderingContext2D, picture: Picture, parts: PaintWith): void {
  const { model, colours, selectedRow } = parts;
  const { fontFamily } = getComputedStyle(context.canvas);
  context.font = `11px ${fontFamily}`;
  context.textBaseline = "middle";
  for (const bar of picture.bars) {
    const look = lookOfRow(model, bar.row);
    const hue = look?.hue ?? 0;
    const width = Math.max(1, bar.width - 0.5);
    context.fillStyle = colours.services[hue] ?? colours.ink;
    context.fillRect(bar.x, bar.y, width, bar.height);
    if (look?.isStriped === true) {
      context.fillStyle = colours.surface;
      context.fillRect(bar.x, bar.y + 2, width, 2);
    }
    if (width < TEXT_PX_MIN) continue;
    context.save();
    context.beginPath();
    context.rect(bar.x, bar.y, width - 3, bar.height);
    context.clip();
    context.fillStyle = colours.onServices[hue] ?? colours.surface;
    context.fillText(clipped(titleOfRow(model, bar.row), 120), bar.x + 4, bar.y + bar.height / 2);
    context.restore();
  }
  context.strokeStyle = colours.error;
  context.lineWidth = 2;
  for (const { x, y, width, height } of picture.errors) {
    context.strokeRect(x + 1, y + 1, Math.max(1, width - 2), height - 2);
  }
  const selected = picture.bars.find(({ row }) => row === selectedRow);
  if (selected === undefined) return;
  context.strokeStyle = colours.ink;
  context.strokeRect(selected.x + 1, selected.y + 1, selected.width - 2, selected.height - 2);
}
