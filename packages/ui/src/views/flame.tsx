/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys */
/*
 * The flame graph of a trace: each span below its parent, in order of time. A picture for the eye;
 * whoever cannot see it has the same spans in the tree, one key away.
 */
import { formatDuration } from "@spoor/trace";
import { type MouseEvent, useMemo, useRef, useState } from "react";
import { flameDepth, flameOf, type Picture, type Rectangle } from "../geometry/picture.ts";
import type { TimeWindow } from "../geometry/time-window.ts";
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
  readonly onSelect: (row: number) => void;
  readonly onPoint: (share: number | undefined) => void;
}

/** The flame graph of a trace. */
export function Flame({ model, window, selectedRow, onSelect, onPoint }: FlameProps) {
  const { shape } = model;
  const colours = useCanvasColours();
  const depth = useMemo(() => flameDepth(shape), [shape]);
  const levels = Math.min(LEVELS_MAX, depth);
  const heightPx = levels * LANE_PX;
  const picture = useRef<Picture>(undefined);
  const [pointed, setPointed] = useState(-1);
  const subject = useMemo(
    () => ({ model, window, colours, selectedRow }),
    [model, window, colours, selectedRow],
  );
  const { ref } = useCanvas(heightPx, subject, (context, size) => {
    picture.current = flameOf(shape, { ...size, window, laneHeight: LANE_PX });
    paint(context, picture.current, { model, colours, selectedRow });
  });
  const row = pointed === -1 ? selectedRow : pointed;
  const rowAt = (event: MouseEvent): number => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return rectangleAt(picture.current, event.clientX - left, event.clientY - top)?.row ?? -1;
  };
  return (
    <div className="flame">
      <p className="flame-words" aria-live="off">
        {row === -1 ? "Point at a bar to read it, click to open it." : barWords(model, row)}
        {depth > levels &&
          ` The ${depth - levels} deepest levels are not drawn; the tree has them.`}
      </p>
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
              const hit = rowAt(event);
              if (hit !== -1) onSelect(hit);
            }}
            onPointerMove={(event) => {
              const { left, width } = event.currentTarget.getBoundingClientRect();
              setPointed(rowAt(event));
              onPoint((event.clientX - left) / width);
            }}
            onPointerLeave={() => {
              setPointed(-1);
              onPoint(undefined);
            }}
          />
          <div className="crosshair crosshair-window" />
        </div>
      </section>
    </div>
  );
}

function barWords(model: TraceModel, row: number): string {
  const title = clipped(titleOfRow(model, row), 160);
  const own = formatDuration(model.shape.selfNano[row] ?? 0);
  return `${title} · ${serviceOfRow(model, row)} · ${formatDuration(durationOfRow(model, row))}, ${own} itself`;
}

/** The last one drawn there, which is the one on top. */
function rectangleAt(picture: Picture | undefined, x: number, y: number): Rectangle | undefined {
  const isHit = (bar: Rectangle): boolean =>
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
    const hue = lookOfRow(model, bar.row)?.hue ?? 0;
    const width = Math.max(1, bar.width - 0.5);
    context.fillStyle = colours.services[hue] ?? colours.ink;
    context.fillRect(bar.x, bar.y, width, bar.height);
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
