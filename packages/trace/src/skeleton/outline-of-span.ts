import { keys } from "../semconv/keys.ts";
import { serviceName } from "../semconv/read.ts";
import type { Span } from "../span/span.ts";
import { StatusCode } from "../span/status.ts";
import { OUTLINE_KIND_SHIFT, OutlineFlag, type SpanOutline } from "./span-outlines.ts";

/** The outline of a span whose `spanId` has 16 hex digits. */
export function outlineOfSpan(span: Span): SpanOutline {
  const isCut =
    span.droppedAttributesCount + span.droppedEventsCount + span.droppedLinksCount > 0 ||
    span.attributes.has(keys.spoorTruncated) ||
    span.attributes.has(keys.spoorTruncatedKeys);
  return {
    spanIdHigh: wordOf(span.spanId, 0),
    spanIdLow: wordOf(span.spanId, 8),
    parentIdHigh: wordOf(span.parentSpanId, 0),
    parentIdLow: wordOf(span.parentSpanId, 8),
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano,
    service: serviceName(span.resource),
    name: span.name,
    flags:
      (span.kind << OUTLINE_KIND_SHIFT) |
      (span.status.code === StatusCode.error ? OutlineFlag.error : 0) |
      (span.events.length > 0 ? OutlineFlag.hasEvents : 0) |
      (span.links.length > 0 ? OutlineFlag.hasLinks : 0) |
      (isCut ? OutlineFlag.cut : 0),
  };
}

function wordOf(hex: string, start: number): number {
  return hex === "" ? 0 : Number.parseInt(hex.slice(start, start + 8), 16);
}
