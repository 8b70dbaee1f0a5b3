/*
 * Draws a heat map. More spans are darker on a logarithmic scale, because one busy cell would make
 * all others invisible; errors are a red stripe, so that they are told by shape as well.
 */
import type { HeatmapAnswer } from "@spoor/trace";
import { colourOf } from "../design/canvas-colours.ts";
import { durationTicks, type HeatScale, yOfNano } from "../geometry/heat-scale.ts";

/** What is drawn. */
export interface HeatDrawing {
  readonly answer: HeatmapAnswer;
  readonly scale: HeatScale;
  readonly mode: "count" | "errors";
}

/** A single span must still be seen. */
const ALPHA_MIN = 0.22;
const STRIPE_PX = 2;

/** Draws all of it at the size that the canvas has on the screen. Cost: O(cells). */
export function drawHeat(canvas: HTMLCanvasElement, { answer, scale, mode }: HeatDrawing): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  drawLines(context, { scale, width, height, colour: colourOf(canvas, "--line") });
  const [accent, error] = [colourOf(canvas, "--accent"), colourOf(canvas, "--error")];
  const most = answer.cells.reduce((max, cell) => Math.max(max, weightOf(cell, mode)), 1);
  for (const cell of answer.cells) {
    const weight = weightOf(cell, mode);
    if (weight === 0) continue;
    const row = cell.bucket - scale.bucketFirst;
    const [x0, x1] = [cell.step, cell.step + 1].map((step) => (step / scale.stepCount) * width);
    const [y0, y1] = [row + 1, row].map((up) => height - (up / scale.bucketCount) * height);
    const [left = 0, top = 0] = [x0, y0];
    const wide = Math.max(1.5, (x1 ?? 0) - left - 0.5);
    const high = Math.max(1.5, (y1 ?? 0) - top - 0.5);
    context.globalAlpha = ALPHA_MIN + (1 - ALPHA_MIN) * (Math.log1p(weight) / Math.log1p(most));
    context.fillStyle = mode === "errors" ? error : accent;
    context.fillRect(left, top, wide, high);
    if (mode === "errors" || cell.errorCount === 0) continue;
    context.globalAlpha = 1;
    context.fillStyle = error;
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

interface LineDrawing {
  readonly scale: HeatScale;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
}

function drawLines(context: CanvasRenderingContext2D, drawing: LineDrawing): void {
  const { scale, width, height, colour } = drawing;
  context.fillStyle = colour;
  for (const nano of durationTicks(scale)) {
    context.fillRect(0, Math.round(yOfNano(scale, nano) * height), width, 1);
  }
}
