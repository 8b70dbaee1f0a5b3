import { type OpenSpan, withOpenSpans } from "../report/open-span.ts";
import { outlineOfSpan } from "../skeleton/outline-of-span.ts";
import { OutlineFlag, type SpanOutlines } from "../skeleton/span-outlines.ts";

/**
 * Adds the spans of `open` that are not among `outlines`, marked as open; they end at the moment
 * of the answer. A finished span beats an open one of the same id.
 *
 * @returns those that were added. Cost: one pass over the outlines when anything is open.
 */
export function appendOpenOutlines(outlines: SpanOutlines, open: readonly OpenSpan[]): OpenSpan[] {
  if (open.length === 0) return [];
  const waiting = withOpenSpans({ traceId: "", spans: [] }, open).spans.map(outlineOfSpan);
  const finished = new Set<string>();
  const asked = new Set(waiting.map(({ spanIdHigh, spanIdLow }) => `${spanIdHigh} ${spanIdLow}`));
  const lows = new Set(waiting.map(({ spanIdLow }) => spanIdLow));
  for (let row = 0; row < outlines.count; row += 1) {
    const low = outlines.spanIdLow[row] ?? 0;
    // Numbers first: a text for each of a million rows would take longer than all else.
    if (!lows.has(low)) continue;
    const key = `${outlines.spanIdHigh[row] ?? 0} ${low}`;
    if (asked.has(key)) finished.add(key);
  }
  const added: OpenSpan[] = [];
  for (const [index, outline] of waiting.entries()) {
    const key = `${outline.spanIdHigh} ${outline.spanIdLow}`;
    const span = open[index];
    if (span === undefined || finished.has(key)) continue;
    // Told twice, it still runs once.
    finished.add(key);
    outlines.append(Object.assign({}, outline, { flags: outline.flags | OutlineFlag.open }));
    added.push(span);
  }
  return added;
}
