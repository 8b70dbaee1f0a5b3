/*
 * How many spans began when and took how long, as a picture in which a box can be drawn.
 *
 * The canvas is hidden from readers: the same is said in words above and below it, and everything
 * that a box leads to has a button too.
 */
import { formatDuration, type HeatmapAnswer } from "@spoor/trace";
import { type PointerEvent, useMemo, useState } from "react";
import { clockText, countText } from "../design/time-text.ts";
import type { HeatBox } from "../geometry/heat-box.ts";
import {
  boxBetween,
  bucketNano,
  cellAt,
  durationTicks,
  type HeatPlace,
  type HeatScale,
  heatScaleOf,
  placeOfBox,
  yOfNano,
} from "../geometry/heat-scale.ts";
import { useCanvasColours } from "./canvas-colours.ts";
import { drawHeat, type DrawnLine, type HeatDrawing } from "./heat-canvas.ts";
import { useCanvas } from "./use-canvas.ts";
import "./heatmap.css";

/** What {@link Heatmap} takes. */
export interface HeatmapProps {
  readonly answer: HeatmapAnswer;
  readonly mode: "count" | "errors";
  /** Over the spans; the same object until they change. */
  readonly lines: readonly DrawnLine[];
  readonly box: HeatBox | undefined;
  readonly onBox: (box: HeatBox | undefined) => void;
}

const HEIGHT_PX = 190;
/** A press that moves less than this is no box. */
const DRAG_SHARE_MIN = 0.004;

/** The picture with its axes, the box, and what lies under the pointer. */
export function Heatmap({ answer, mode, lines, box, onBox }: HeatmapProps) {
  const scale = useMemo(() => heatScaleOf(answer), [answer]);
  const [pointed, setPointed] = useState<HeatPlace>();
  const [start, setStart] = useState<HeatPlace>();
  const drawn =
    start === undefined || pointed === undefined ? box : boxBetween(scale, start, pointed);
  const end = (event: PointerEvent<HTMLElement>): void => {
    const place = placeOf(event);
    setStart(undefined);
    if (start === undefined) return;
    const isDrag = Math.abs(place.x - start.x) + Math.abs(place.y - start.y) > DRAG_SHARE_MIN;
    onBox(isDrag ? boxBetween(scale, start, place) : undefined);
  };
  return (
    <figure className="heat" aria-label="Duration over time">
      <div className="heat-axis" aria-hidden="true">
        {durationTicks(scale).map((nano) => (
          <span key={nano} style={{ top: `${yOfNano(scale, nano) * 100}%` }}>
            {formatDuration(nano)}
          </span>
        ))}
      </div>
      <div
        className="heat-picture"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setStart(placeOf(event));
          setPointed(placeOf(event));
        }}
        onPointerMove={(event) => setPointed(placeOf(event))}
        onPointerUp={end}
        onPointerCancel={() => setStart(undefined)}
        onPointerLeave={() => {
          if (start === undefined) setPointed(undefined);
        }}
      >
        <HeatCanvas answer={answer} scale={scale} mode={mode} lines={lines} />
        {drawn !== undefined && <Box scale={scale} box={drawn} />}
        {pointed !== undefined && <CellNote answer={answer} scale={scale} place={pointed} />}
      </div>
      <div className="heat-times" aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span key={share}>{clockText(timeAt(scale, share)).slice(0, 8)}</span>
        ))}
      </div>
    </figure>
  );
}

function timeAt({ fromUnixNano, stepNano, stepCount }: HeatScale, share: number): bigint {
  return fromUnixNano + (stepNano * BigInt(Math.round(stepCount * share * 1000))) / 1000n;
}

function placeOf(event: PointerEvent<HTMLElement>): HeatPlace {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
}

type HeatCanvasProps = Omit<HeatDrawing, "colours">;

function HeatCanvas({ answer, scale, mode, lines }: HeatCanvasProps) {
  const colours = useCanvasColours();
  const drawing = useMemo(
    () => ({ answer, scale, mode, lines, colours }),
    [answer, scale, mode, lines, colours],
  );
  const { ref } = useCanvas(HEIGHT_PX, drawing, (context, size) =>
    drawHeat(context, drawing, size),
  );
  return (
    <canvas ref={ref} className="heat-canvas" style={{ height: HEIGHT_PX }} aria-hidden="true" />
  );
}

function Box({ scale, box }: { readonly scale: HeatScale; readonly box: HeatBox }) {
  const { left, right, top, bottom } = placeOfBox(scale, box);
  return (
    <div
      className="heat-box"
      style={{
        left: `${left * 100}%`,
        width: `${(right - left) * 100}%`,
        top: `${top * 100}%`,
        height: `${(bottom - top) * 100}%`,
      }}
    />
  );
}

interface CellNoteProps {
  readonly answer: HeatmapAnswer;
  readonly scale: HeatScale;
  readonly place: HeatPlace;
}

function CellNote({ answer, scale, place }: CellNoteProps) {
  const { step, bucket } = cellAt(scale, place);
  const cell = answer.cells.find((one) => one.step === step && one.bucket === bucket);
  const start = scale.fromUnixNano + BigInt(step) * scale.stepNano;
  return (
    <div className={place.x > 0.5 ? "heat-note is-left" : "heat-note"} aria-hidden="true">
      {clockText(start).slice(0, 8)} · {formatDuration(bucketNano(bucket))} to{" "}
      {formatDuration(bucketNano(bucket + 1))} · {countText(cell?.spanCount ?? 0, "span")}
      {cell !== undefined && cell.errorCount > 0 && `, ${countText(cell.errorCount, "error")}`}
    </div>
  );
}
