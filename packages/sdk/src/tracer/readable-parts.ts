/** Parts of a span in the form in which readers of spans expect them. */
import type { HrTime, Link } from "@opentelemetry/api";
import { type ClockAnchor, hrTimeAt } from "../base/span-clock.ts";
import type { RecordedEvent, RecordedLink } from "./recorded-parts.ts";
import type { TimedEvent } from "./span-processor.ts";

const NANO_PER_SECOND = 1_000_000_000n;

/** An event with its time and its attributes as an object. */
export function readableEvent(event: RecordedEvent, anchor: ClockAnchor): TimedEvent {
  return {
    name: event.name,
    time: event.givenTime ?? hrTimeAt(anchor, event.atMs),
    attributes: event.attributeList?.toObject() ?? {},
    droppedAttributesCount: event.attributeList?.droppedCount ?? 0,
  };
}

/** A link; what it does not have is left out. */
export function readableLink({ context, attributeList }: RecordedLink): Link {
  if (attributeList === undefined) return { context };
  const { droppedCount } = attributeList;
  return {
    context,
    ...(attributeList.keys.length > 0 ? { attributes: attributeList.toObject() } : undefined),
    ...(droppedCount > 0 ? { droppedAttributesCount: droppedCount } : undefined),
  };
}

/** The nanoseconds since 1970 of seconds and nanoseconds. */
export function unixNanoOf([seconds, nano]: HrTime): bigint {
  return BigInt(Math.round(seconds)) * NANO_PER_SECOND + BigInt(Math.round(nano));
}

/** `end` minus `start`. */
export function subtractTimes(end: HrTime, start: HrTime): HrTime {
  const nano = unixNanoOf(end) - unixNanoOf(start);
  return [Number(nano / NANO_PER_SECOND), Number(nano % NANO_PER_SECOND)];
}
