/*
 * A trace as text: a line about the whole, the tree, a line with the verdict and the counts.
 *
 * 1. tree-rows decides which lines there are.
 * 2. Here each line is put into words, measured, and on a terminal cut to its width: the message of
 *    an error first, then the title, both in the middle.
 * 3. A line whose service differs from that of the line above it in the tree names the service in
 *    a column at the right.
 */
import {
  errorText,
  formatDuration,
  httpStatusCode,
  httpStatusText,
  keptWaitLines,
  type LostParentReason,
  orphanCount,
  type Running,
  serviceHue,
  serviceName,
  type Span,
  spanTitle,
  StatusCode,
  type Trace,
  type TreeNode,
  type WaitLines,
  waitLines,
} from "@spoor/trace";
import { INDENT_LEVELS_MAX, SERVICE_COLUMN_MAX, TITLE_COLUMNS_MIN } from "../base/limits.ts";
import { detailLines } from "./span-details.ts";
import { cutMiddle, textWidth } from "./text-width.ts";
import { operationOf, readingOf, type TraceReading } from "./trace-reading.ts";
import { traceCounts } from "./trace-counts.ts";
import { type TreeRow, treeRows } from "./tree-rows.ts";
import { printable, type TreeView } from "./tree-view.ts";
import { type KnownDurations, UNKNOWN_USUAL } from "./usual.ts";

/** A line in parts, as they are measured, cut and coloured. */
interface Line {
  readonly prefix: string;
  readonly title: string;
  readonly hue: number | undefined;
  /** After the title: ` (27ms)`. */
  readonly duration: string;
  readonly error: string | undefined;
  /** The mark of a span that most of the time went to, else empty. */
  readonly slow: string;
  /** Printed at the right; empty while it is the same as above. */
  readonly service: string;
}

/** A trace that has been read, and what is known besides. */
export interface DrawnTrace {
  readonly traceId: string;
  readonly reading: TraceReading;
  /** By the clock of whoever answered. */
  readonly nowUnixNano: bigint;
  readonly usual: KnownDurations;
  /** Why parents may never have arrived, by their ids, as far as somebody said. */
  readonly lostParents: ReadonlyMap<string, LostParentReason>;
}

/** Reads a trace as it is going to be drawn. */
export function readTrace(trace: Trace, view: TreeView, running: Running): TraceReading {
  return readingOf(trace, (text) => shortened(text, view), running);
}

/** Draws a trace of which nothing is known but its spans. */
export function drawTrace(trace: Trace, view: TreeView): string {
  const nowUnixNano = 0n;
  const reading = readTrace(trace, view, { open: [], nowUnixNano });
  const usual = { of: () => UNKNOWN_USUAL };
  const { traceId } = trace;
  return drawReading({ traceId, reading, nowUnixNano, usual, lostParents: new Map() }, view);
}

/**
 * Draws a trace, and what of it is still running. Pure: the same gives the same text, which ends
 * with a line break. An empty trace is said to be empty.
 */
export function drawReading(drawn: DrawnTrace, view: TreeView): string {
  const { traceId, reading } = drawn;
  const rows = treeRows(reading, view);
  const lines = rows.map((row) => toLine(row, drawn, view));
  const serviceColumn = chooseServiceColumn(lines, view);
  const serviceWidthMax = Math.max(0, ...serviceWidths(lines));
  const text: string[] = [];
  for (const [index, row] of rows.entries()) {
    const line = lines[index];
    if (line === undefined) continue;
    text.push(drawLine(line, { serviceColumn, serviceWidthMax, view }));
    text.push(...drawDetails(row, drawn, view));
  }
  return [...headLines(traceId, reading, view), ...text, "", lastLine(reading, view), ""].join(
    "\n",
  );
}

function headLines(
  traceId: string,
  { tree, durationNano }: TraceReading,
  view: TreeView,
): string[] {
  const span = tree.roots[0]?.span;
  if (span === undefined) return [`trace ${traceId}`, ""];
  const code = httpStatusCode(span.attributes);
  const parts = [
    view.palette.strong(printable(serviceName(span.resource), view)),
    printable(span.name, view),
    ...(code === undefined ? [] : [String(code)]),
    durationText(durationNano, view),
    view.timeText(tree.startTimeUnixNano),
    `trace ${traceId}`,
  ];
  return [parts.join("  "), ""];
}

function lastLine(reading: TraceReading, view: TreeView): string {
  const { verdict, tree } = reading;
  const counts = traceCounts(tree, {
    orphanCount: orphanCount(tree),
    openCount: reading.open.size,
  });
  const { sentence } = verdict;
  if (sentence === "") return counts;
  return `${printable(view.isAscii ? sentence.replaceAll("µs", "us") : sentence, view)}  ${counts}`;
}

function toLine(row: TreeRow, drawn: DrawnTrace, view: TreeView): Line {
  const { item } = row;
  const { reading } = drawn;
  const prefix = prefixOf(row, view);
  const plain = { prefix, hue: undefined, duration: "", error: undefined, slow: "" };
  const { glyphs } = view;
  switch (item.kind) {
    case "span":
      return spanLine(item.node, { prefix, drawn, view });
    case "fold": {
      const { nodes, title, belowCount } = item.fold;
      const sum = durationText(item.fold.durationNanoSum, view);
      const longest = durationText(item.fold.durationNanoMax, view);
      const below = belowCount === 0 ? "" : `, ${belowCount} spans below`;
      const first = nodes[0];
      return {
        ...plain,
        hue: first === undefined ? undefined : serviceHue(serviceName(first.span.resource)),
        title: printable(title, view),
        duration: ` ${glyphs.times}${nodes.length} (${sum}, max ${longest}${below})`,
        service: first === undefined ? "" : changedService(first, reading, view),
      };
    }
    case "ghost":
      return { ...plain, title: ghostTitle(item.parentSpanId, view), service: "" };
    case "small": {
      const title = `${glyphs.ellipsis} ${spans(item.spanCount)} under 1% hidden (-a shows all)`;
      return { ...plain, title, service: "" };
    }
    case "deeper": {
      const title = `${glyphs.ellipsis} ${spans(item.spanCount)} deeper hidden (--depth shows more)`;
      return { ...plain, title, service: "" };
    }
  }
}

interface SpanPlace {
  readonly prefix: string;
  readonly drawn: DrawnTrace;
  readonly view: TreeView;
}

function spanLine(node: TreeNode, { prefix, drawn, view }: SpanPlace): Line {
  const { span } = node;
  const { reading } = drawn;
  const usual = usualText(node, drawn, view);
  return {
    prefix,
    title: printable(spanTitle(span), view) || "(no name)",
    hue: serviceHue(serviceName(span.resource)),
    duration:
      openDuration(node, { reading, usual }, view) ??
      ` (${node.hasTimes ? durationText(rawDurationNano(span), view) : "times missing"})`,
    error: span.status.code === StatusCode.error ? errorWords(span, view) : undefined,
    slow: reading.slow.has(node) ? `${view.glyphs.slow}${usual}` : "",
    service: changedService(node, reading, view),
  };
}

/** `, usually 27ms`, where that is known. */
function usualText(node: TreeNode, { usual }: DrawnTrace, view: TreeView): string {
  const { sentence } = usual.of(operationOf(node));
  return sentence === ""
    ? ""
    : `, ${printable(view.isAscii ? sentence.replace("µ", "u") : sentence, view)}`;
}

/** `OPEN 2.9s`, and what has become of it since the last report; undefined for a finished span. */
function openDuration(
  node: TreeNode,
  { reading, usual }: { readonly reading: TraceReading; readonly usual: string },
  view: TreeView,
): string | undefined {
  const open = reading.open.get(node);
  if (open === undefined) return undefined;
  const state = { open: "OPEN", ending: "ENDED, not arrived,", gone: "OPEN, process gone," }[
    open.state
  ];
  const caller = open.isCallerGone ? ", caller gone" : "";
  return ` (${view.glyphs.open} ${state} ${durationText(open.ageMs * 1e6, view)}${usual}${caller})`;
}

/** As the sender gave it, so that an end before the start is seen as a negative duration. */
function rawDurationNano({ startTimeUnixNano, endTimeUnixNano }: Span): number {
  return Number(endTimeUnixNano - startTimeUnixNano);
}

/** On a terminal the id is shortened: it never arrived, so nobody can look it up here. */
function ghostTitle(parentSpanId: string, { glyphs, columns }: TreeView): string {
  if (parentSpanId === "") return `${glyphs.orphan} parents name each other`;
  const id = columns === undefined ? parentSpanId : parentSpanId.slice(0, 4) + glyphs.ellipsis;
  return `${glyphs.orphan} parent ${id} missing`;
}

function errorWords(span: Span, view: TreeView): string {
  const text = errorText(span).replaceAll(/\s+/g, " ").trim();
  const code = httpStatusCode(span.attributes);
  const isBare = text === "" || text === String(code);
  if (!isBare) return printable(text, view);
  return code === undefined ? "error" : httpStatusText(code);
}

/** The service where it differs from the parent's; a first root's stands in the line above. */
function changedService(node: TreeNode, { tree }: TraceReading, view: TreeView): string {
  const above = node.parent ?? tree.roots[0];
  const service = serviceName(node.span.resource);
  if (above === undefined || service === serviceName(above.span.resource)) return "";
  return printable(service, view);
}

function durationText(durationNano: number, { isAscii }: TreeView): string {
  const text = formatDuration(durationNano);
  return isAscii ? text.replace("µ", "u") : text;
}

function spans(count: number): string {
  return `${count} ${count === 1 ? "span" : "spans"}`;
}

/** The rails and the branch before a line, the outermost levels of a deep tree as a number. */
function prefixOf(row: TreeRow, { glyphs }: TreeView): string {
  if (row.depth === 0) return "";
  return railsOf(row, glyphs) + (row.isLast ? glyphs.lastBranch : glyphs.branch);
}

/** What stands above and below the branch of `row`: the rails of its ancestors. */
function railsOf(row: TreeRow, glyphs: TreeView["glyphs"]): string {
  const rails: string[] = [];
  let ancestor = row.parent;
  while (ancestor !== undefined && ancestor.depth > 0 && rails.length < INDENT_LEVELS_MAX) {
    rails.push(ancestor.isLast ? glyphs.noRail : glyphs.rail);
    ancestor = ancestor.parent;
  }
  const hiddenLevels = row.depth - 1 - rails.length;
  const number = hiddenLevels > 0 ? `(+${hiddenLevels} levels) ` : "";
  return number + rails.toReversed().join("");
}

function drawDetails(row: TreeRow, drawn: DrawnTrace, view: TreeView): string[] {
  const { item } = row;
  const { glyphs, palette } = view;
  const own = row.depth === 0 ? "" : row.isLast ? glyphs.noRail : glyphs.rail;
  const prefix = `${railsOf(row, glyphs)}${own}${glyphs.detail}`;
  // Who holds it, and why it is missing, is what the reader came for: whole, even if it wraps.
  const whole = (text: string): string =>
    palette.quiet(prefix) + palette.slow(printable(text, view));
  if (item.kind === "ghost") return lostLines(item.parentSpanId, drawn, view).map(whole);
  if (item.kind !== "span") return [];
  const { node } = item;
  const waits = waitTexts(linesAboutWait(node, drawn)).map(whole);
  if (view.detailLevel === 0) return waits;
  const { slow } = drawn.reading;
  const options = { level: view.detailLevel, slow, cutSign: glyphs.cut };
  const details = detailLines(node, options).map((text) => {
    const line = printable(text, view);
    const room = view.columns === undefined ? undefined : view.columns - textWidth(prefix);
    return palette.quiet(prefix + (room === undefined ? line : cut(line, room, view)));
  });
  return [...waits, ...details];
}

/** Why a parent may be missing, and with `-v` what that rests on. */
function lostLines(
  parentSpanId: string,
  { lostParents }: DrawnTrace,
  { detailLevel }: TreeView,
): string[] {
  const reason = lostParents.get(parentSpanId);
  if (reason === undefined) return [];
  return [reason.sentence, ...(detailLevel === 0 ? [] : reason.evidence)];
}

/**
 * What a span waits for, or kept of what it waited for. Open spans above the one that waits only
 * wait for it.
 */
function linesAboutWait(
  node: TreeNode,
  { reading: { open, verdict }, nowUnixNano }: DrawnTrace,
): WaitLines | undefined {
  const running = open.get(node);
  if (running === undefined) return keptWaitLines(node.span);
  if (running.wait.length === 0 && running !== verdict.waiting) return undefined;
  return waitLines(running, nowUnixNano);
}

function waitTexts(lines: WaitLines | undefined): string[] {
  if (lines === undefined) return [];
  const texts = [lines.waits];
  for (const { verb, who, session } of lines.holders) {
    texts.push(`${verb.toUpperCase()} ${who}`);
    if (session !== "") texts.push(`        ${session}`);
  }
  return texts;
}

function serviceWidths(lines: readonly Line[]): number[] {
  return [...new Set(lines.map(({ service }) => service))].map(textWidth);
}

/** Where services are printed: behind the longest line that has one, as far as that is sensible. */
function chooseServiceColumn(lines: readonly Line[], { columns, glyphs }: TreeView): number {
  const services = serviceWidths(lines);
  const rightmost = columns === undefined ? SERVICE_COLUMN_MAX : columns - Math.max(0, ...services);
  let column = 0;
  for (const line of lines) {
    if (line.service !== "") column = Math.max(column, lineWidth(line, glyphs) + 2);
  }
  return Math.max(0, Math.min(column, rightmost));
}

function lineWidth(line: Line, glyphs: TreeView["glyphs"]): number {
  return textWidth(line.prefix + line.title + line.duration + marksOf(line, glyphs));
}

function marksOf({ error, slow }: Line, glyphs: TreeView["glyphs"]): string {
  const errorMark = error === undefined ? "" : `  ${glyphs.error} ${error}`;
  return errorMark + (slow === "" ? "" : `  ${slow}`);
}

interface LineLayout {
  readonly serviceColumn: number;
  readonly serviceWidthMax: number;
  readonly view: TreeView;
}

function drawLine(whole: Line, { serviceColumn, serviceWidthMax, view }: LineLayout): string {
  const { palette, glyphs, columns } = view;
  const forService = whole.service === "" ? 0 : serviceWidthMax + 2;
  const line = columns === undefined ? whole : fitted(whole, columns - forService, view);
  const { prefix, title, hue, duration, error, slow, service } = line;
  const parts = [
    palette.quiet(prefix),
    hue === undefined ? palette.quiet(title) : palette.service(hue, title),
    duration,
    error === undefined ? "" : `  ${palette.error(`${glyphs.error} ${error}`)}`,
    slow === "" ? "" : `  ${palette.slow(slow)}`,
  ];
  if (service !== "") {
    const gap = Math.max(2, serviceColumn - lineWidth(line, glyphs));
    parts.push(" ".repeat(gap), hue === undefined ? service : palette.service(hue, service));
  }
  return parts.join("");
}

/** The line in `columns` columns, as far as that leaves something to read. */
function fitted(line: Line, columns: number, view: TreeView): Line {
  const { glyphs } = view;
  if (lineWidth(line, glyphs) <= columns) return line;
  const bare = { ...line, title: "", error: line.error === undefined ? undefined : "" };
  const fixed = lineWidth(bare, glyphs);
  const room = columns - fixed;
  const titleWidth = textWidth(line.title);
  const errorRoom = Math.max(TITLE_COLUMNS_MIN, room - titleWidth, Math.floor(room / 2));
  const error = line.error === undefined ? undefined : cut(line.error, errorRoom, view);
  const titleRoom = room - (error === undefined ? 0 : textWidth(error));
  return { ...line, error, title: cut(line.title, titleRoom, view) };
}

/** A title inside a sentence: on a terminal it may take half a line. */
function shortened(text: string, view: TreeView): string {
  return view.columns === undefined ? text : cut(text, Math.floor(view.columns / 2), view);
}

function cut(text: string, columns: number, { glyphs }: TreeView): string {
  return cutMiddle(text, Math.max(TITLE_COLUMNS_MIN, columns), glyphs.ellipsis);
}
