/*
 * Draws a heat map. More spans are darker on a logarithmic scale, because one busy cell would make
 * all others invisible; errors are a red stripe, so that they are told by shape as well.
 */
import type { HeatmapAnswer } from "@spoor/trace";
import type { HeatLine } from "../geometry/heat-lines.ts";
import { durationTicks, type HeatScale, yOfNano } from "../geometry/heat-scale.ts";
import type { CanvasColours } from "./canvas-colours.ts";

/** A line with its looks. */
export interface DrawnLine extends HeatLine {
  /** Of the colours of services; undefined for that of text. */
  readonly hue: number | undefined;
  /** The lengths of dashes and gaps, in pixels; empty for a line without any. */
  readonly dashes: readonly number[];
}

/** What is drawn. */
export interface HeatDrawing {
  readonly answer: HeatmapAnswer;
  readonly scale: HeatScale;
  readonly mode: "count" | "errors";
  readonly lines: readonly DrawnLine[];
  readonly colours: CanvasColours;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A single span must still be seen. */
const ALPHA_MIN = 0.22;
/** Below lines the spans are the ground. */
const ALPHA_BELOW_LINES = 0.45;
const STRIPE_PX = 2;
const LINE_PX = 2;
const JOINT_ALPHA = 0.4;

/** Draws all of it. Cost: O(cells + steps of lines). */
export function drawHeat(
  context: CanvasRenderingContext2D,
  drawing: HeatDrawing,
  size: Size,
): void {
  drawTicks(context, drawing, size);
  drawCells(context, drawing, size);
  // The first of them last: where lines meet, the lowest percentile is the one to see.
  for (const line of drawing.lines.toReversed()) drawLine(context, { ...drawing, line }, size);
}

function drawTicks(
  context: CanvasRenderingContext2D,
  { scale, colours }: HeatDrawing,
  { width, height }: Size,
): void {
  context.fillStyle = colours.line;
  for (const nano of durationTicks(scale)) {
    context.fillRect(0, Math.round(yOfNano(scale, nano) * height), width, 1);
  }
}

function drawCells(
  context: CanvasRenderingContext2D,
  { answer, scale, mode, lines, colours }: HeatDrawing,
  { width, height }: Size,
): void {
  const most = answer.cells.reduce((max, cell) => Math.max(max, weightOf(cell, mode)), 1);
  const ground = lines.length > 0 ? ALPHA_BELOW_LINES : 1;
  for (const cell of answer.cells) {
    const weight = weightOf(cell, mode);
    if (weight === 0) continue;
    const row = cell.bucket - scale.bucketFirst;
    const left = (cell.step / scale.stepCount) * width;
    const top = height - ((row + 1) / scale.bucketCount) * height;
    const wide = Math.max(1.5, width / scale.stepCount - 0.5);
    const high = Math.max(1.5, height / scale.bucketCount - 0.5);
    const alpha = ALPHA_MIN + (1 - ALPHA_MIN) * (Math.log1p(weight) / Math.log1p(most));
    context.globalAlpha = alpha * ground;
    context.fillStyle = mode === "errors" ? colours.error : colours.accent;
    context.fillRect(left, top, wide, high);
    if (mode === "errors" || cell.errorCount === 0) continue;
    context.globalAlpha = 1;
    context.fillStyle = colours.error;
    const share = cell.errorCount / cell.spanCount;
    context.fillRect(left, top, Math.max(2, wide * share), Math.min(high, STRIPE_PX));
  }
  context.globalAlpha = 1;
}

function weightOf(
  cell: { readonly spanCount: number; readonly errorCount: number },
  mode: HeatDrawing["mode"],
): number {
  return mode === "errors" ? cell.errorCount : cell.spanCount;
}

/**
 * Steps and no slopes: what lies between two steps is not known. The joints are faint, and a step
 * without spans is a gap.
 */
function drawLine(
  context: CanvasRenderingContext2D,
  { line, scale, colours }: HeatDrawing & { readonly line: DrawnLine },
  { width, height }: Size,
): void {
  const [steps, joints] = [new Path2D(), new Path2D()];
  let yBefore: number | undefined;
  for (const [step, nano] of line.nanos.slice(0, scale.stepCount).entries()) {
    const y = nano === null ? undefined : yOfNano(scale, nano) * height;
    const left = (step / scale.stepCount) * width;
    if (y !== undefined) {
      steps.moveTo(left, y);
      steps.lineTo(left + width / scale.stepCount, y);
      if (yBefore !== undefined) {
        joints.moveTo(left, yBefore);
        joints.lineTo(left, y);
      }
    }
    yBefore = y;
  }
  const colour = line.hue === undefined ? colours.ink : (colours.services[line.hue] ?? colours.ink);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.globalAlpha = JOINT_ALPHA;
  context.stroke(joints);
  context.globalAlpha = 1;
  // A halo keeps the line apart from whatever is below it.
  context.strokeStyle = colours.surface;
  context.lineWidth = LINE_PX + 2;
  context.stroke(steps);
  context.strokeStyle = colour;
  context.lineWidth = LINE_PX;
  context.setLineDash([...line.dashes]);
  context.stroke(steps);
  context.setLineDash([]);
}
