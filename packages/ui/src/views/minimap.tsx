/*
 * The whole trace in a strip: what the waterfall shows of it is between two edges, and a drag over
 * it chooses another stretch.
 */
import { type PointerEvent, useMemo, useRef, useState } from "react";
import { overviewOf, type Picture } from "../geometry/picture.ts";
import { isWhole, type TimeWindow, wholeWindow } from "../geometry/time-window.ts";
import { type CanvasColours, useCanvasColours } from "./canvas-colours.ts";
import { lookOfRow, type TraceModel } from "./trace-model.ts";
import { useCanvas } from "./use-canvas.ts";
import "./minimap.css";

const HEIGHT_PX = 44;
/** A shorter drag is a click, which shows everything again. */
const DRAG_SHARE_MIN = 0.004;

/** What {@link Minimap} takes. */
export interface MinimapProps {
  readonly model: TraceModel;
  readonly window: TimeWindow;
  /** The whole trace when undefined. */
  readonly onWindow: (window: TimeWindow | undefined) => void;
}

/** The overview above the views. Its keys are those of the page: w a s d and 0. */
export function Minimap({ model, window, onWindow }: MinimapProps) {
  const { shape } = model;
  const colours = useCanvasColours();
  const subject = useMemo(() => ({ shape, colours }), [shape, colours]);
  const { ref } = useCanvas(HEIGHT_PX, subject, (context, size) => {
    const picture = overviewOf(shape, { ...size, window: wholeWindow(shape.durationNano) });
    paint(context, picture, { model, colours });
  });
  const { drag, ...handlers } = useDrag((from, to) => {
    if (to - from < DRAG_SHARE_MIN) onWindow(undefined);
    else onWindow({ fromNano: from * shape.durationNano, toNano: to * shape.durationNano });
  });
  const shown = drag ?? [window.fromNano / shape.durationNano, window.toNano / shape.durationNano];
  const isAll = drag === undefined && isWhole(window, shape.durationNano);
  return (
    <div className="minimap" aria-hidden="true" title="Drag to zoom; click for all" {...handlers}>
      <canvas ref={ref} style={{ height: HEIGHT_PX }} />
      {!isAll && (
        <>
          <div className="minimap-shade" style={{ left: 0, width: `${shown[0] * 100}%` }} />
          <div className="minimap-shade" style={{ left: `${shown[1] * 100}%`, right: 0 }} />
          <div
            className="minimap-window"
            style={{ left: `${shown[0] * 100}%`, width: `${(shown[1] - shown[0]) * 100}%` }}
          />
        </>
      )}
      <div className="crosshair crosshair-whole" />
    </div>
  );
}

function paint(
  context: CanvasRenderingContext2D,
  { bars, errors }: Picture,
  { model, colours }: { readonly model: TraceModel; readonly colours: CanvasColours },
): void {
  for (const { x, y, width, height, row } of bars) {
    context.fillStyle = colours.services[lookOfRow(model, row)?.hue ?? 0] ?? colours.ink;
    context.fillRect(x, y, Math.max(1, width), Math.max(1, height - 0.5));
  }
  context.fillStyle = colours.error;
  for (const { x, y, width, height } of errors) {
    context.fillRect(x, y, Math.max(2, width), Math.max(2, height));
  }
}

function shareOf(event: PointerEvent): number {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - left) / width));
}

interface Drag {
  readonly from: number;
  readonly to: number;
}

/** A drag from one share of the width to another, the smaller first. */
function useDrag(onEnd: (from: number, to: number) => void) {
  const [drag, setDrag] = useState<Drag>();
  const isDown = useRef(false);
  const ordered = ({ from, to }: Drag): readonly [number, number] =>
    from < to ? [from, to] : [to, from];
  return {
    drag: drag === undefined ? undefined : ordered(drag),
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      isDown.current = true;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ from: shareOf(event), to: shareOf(event) });
    },
    onPointerMove: (event: PointerEvent) => {
      if (!isDown.current) return;
      const to = shareOf(event);
      setDrag((before) => before && { from: before.from, to });
    },
    onPointerUp: (event: PointerEvent) => {
      if (!isDown.current || drag === undefined) return;
      isDown.current = false;
      setDrag(undefined);
      onEnd(...ordered({ from: drag.from, to: shareOf(event) }));
    },
    onPointerCancel: () => {
      isDown.current = false;
      setDrag(undefined);
    },
  };
}
