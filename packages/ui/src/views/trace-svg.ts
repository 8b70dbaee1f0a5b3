/*
 * The waterfall as a picture for documents and tickets: the lines in sight, as they are folded,
 * filtered and zoomed now, in the colours of the theme that is on.
 */
import { formatDuration, isErrorRow } from "@spoor/trace";
import { barOf, ticksOf } from "../geometry/time-scale.ts";
import { type CanvasColours, readColours } from "./canvas-colours.ts";
import { lineText, PICTURE_LINES_MAX } from "./copy-texts.ts";
import { clipped } from "./line-words.ts";
import { lookOfRow, titleOfRow, type TraceModel } from "./trace-model.ts";
import type { TraceSight } from "./trace-sight.ts";

const WIDTH_PX = 1200;
const NAMES_PX = 460;
const MARGIN_PX = 12;
const LINE_PX = 22;
const HEAD_PX = 56;
const INDENT_PX = 12;
const INDENT_LEVELS_MAX = 20;
const TICKS_MAX = 7;
/** What fits into the column of names at 12 pixels. */
const NAME_LETTERS_MAX = 62;

/** The picture as the text of an SVG file, in the colours that the page has now. */
export function svgText(model: TraceModel, sight: TraceSight): string {
  const colours = readColours();
  const { lines, window } = sight;
  const count = Math.min(lines.count, PICTURE_LINES_MAX);
  const rest = lines.count - count;
  const height = HEAD_PX + (count + (rest > 0 ? 1 : 0)) * LINE_PX + MARGIN_PX;
  const timePx = WIDTH_PX - NAMES_PX - 2 * MARGIN_PX;
  const length = window.toNano - window.fromNano;
  const xOf = (nano: number): number =>
    NAMES_PX + MARGIN_PX + ((nano - window.fromNano) / length) * timePx;
  const ticks = ticksOf(window, TICKS_MAX).map(({ offsetNano, text }) => {
    const x = round(xOf(offsetNano));
    return `<path d="M${x} ${HEAD_PX - 14}V${height - MARGIN_PX}" stroke="${colours.line}"/>
<text x="${x + 4}" y="${HEAD_PX - 8}" fill="${colours.quiet}">${xml(text)}</text>`;
  });
  const drawn = Array.from({ length: count }, (_, index) =>
    lineSvg(model, sight, { index, colours, xOf }),
  );
  if (rest > 0) {
    const y = HEAD_PX + count * LINE_PX + 15;
    drawn.push(
      `<text x="${MARGIN_PX}" y="${y}" fill="${colours.quiet}">… and ${rest} lines more</text>`,
    );
  }
  const { traceId } = model.shape.skeleton;
  const title = clipped(
    `${titleOfRow(model, 0)} · ${formatDuration(model.shape.durationNano)}`,
    120,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${height}" viewBox="0 0 ${WIDTH_PX} ${height}" font-family="sans-serif" font-size="12">
<title>Trace ${traceId}</title>
<rect width="100%" height="100%" fill="${colours.surface}"/>
<text x="${MARGIN_PX}" y="24" font-size="15" font-weight="600" fill="${colours.ink}">${xml(title)}</text>
<text x="${WIDTH_PX - MARGIN_PX}" y="24" text-anchor="end" font-family="monospace" fill="${colours.quiet}">${traceId}</text>
${[...ticks, ...drawn].join("\n")}
</svg>
`;
}

interface LineParts {
  readonly index: number;
  readonly colours: CanvasColours;
  readonly xOf: (nano: number) => number;
}

function lineSvg(model: TraceModel, sight: TraceSight, { index, colours, xOf }: LineParts): string {
  const line = sight.lines.lines[index] ?? 0;
  const { level, name, rest } = lineText(model, line, sight.lines.extras[-1 - line]);
  const y = HEAD_PX + index * LINE_PX;
  const x = MARGIN_PX + Math.min(level - 1, INDENT_LEVELS_MAX) * INDENT_PX;
  const isError = line >= 0 && isErrorRow(model.shape.rows, line);
  const letters = NAME_LETTERS_MAX - Math.floor((x - MARGIN_PX) / 6) - rest.length;
  const shown = clipped(name, Math.max(12, letters));
  const ink = isError ? colours.error : colours.ink;
  const words = `${xml(shown)} <tspan fill="${colours.quiet}">${xml(rest)}</tspan>`;
  const text = `<text x="${x}" y="${y + 15}" fill="${ink}">${words}</text>`;
  if (line < 0) return text;
  const { startNano, endNano } = model.shape.rows;
  const span = { startNano: startNano[line] ?? 0, endNano: endNano[line] ?? 0 };
  if (barOf(sight.window, span) === undefined) return text;
  const left = round(xOf(Math.max(span.startNano, sight.window.fromNano)));
  const right = round(xOf(Math.min(span.endNano, sight.window.toNano)));
  const fill = colours.services[lookOfRow(model, line)?.hue ?? 0] ?? colours.ink;
  const outline = isError ? ` stroke="${colours.error}" stroke-width="2"` : "";
  const width = Math.max(1.5, round(right - left));
  return `${text}
<rect x="${left}" y="${y + 5}" width="${width}" height="12" rx="2" fill="${fill}"${outline}/>`;
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}

/** Text as XML takes it; what XML forbids altogether becomes U+FFFD. */
function xml(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- exactly those that XML 1.0 forbids
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}
