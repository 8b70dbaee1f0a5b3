/*
 * What a span waited for, kept on the span itself as an event: when it has ended, nobody can find
 * it out any more, and yesterday's hang reads the same as today's.
 */
import type { Attributes as SpanAttributes } from "@opentelemetry/api";
import {
  type Attributes,
  type AttributeValue,
  WAIT_EVENT_NAME,
  type WaitReport,
  waitToAttributes,
} from "@spoor/trace";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { WAIT_EVENTS_MAX } from "./limits.ts";

/** Adds the event that tells `wait`, if it says something new. Returns how many were added. */
export function keepOnSpan(
  span: OpenSpan,
  wait: WaitReport,
  { isChanged, eventCount }: { readonly isChanged: boolean; readonly eventCount: number },
): number {
  if (!isChanged || eventCount >= WAIT_EVENTS_MAX) return 0;
  // Who else waited serves those who wait now, and is nothing about this span.
  const { queue: _, session: __, ...own } = wait;
  // The API knows neither integers of 64 bits nor maps; the tracer does.
  const attributes = plainObject(waitToAttributes(own)) as SpanAttributes;
  span.addEvent(WAIT_EVENT_NAME, attributes);
  return 1;
}

/** Attributes of the API as those of OTLP: whole numbers are integers there. */
export function traceAttributes(attributes: SpanAttributes): Attributes {
  return new Map(
    Object.entries(attributes).flatMap(([key, value]): [string, AttributeValue][] =>
      value === undefined ? [] : [[key, traceValue(value)]],
    ),
  );
}

function traceValue(value: unknown): AttributeValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") {
    return value;
  }
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(traceValue);
  if (typeof value !== "object" || value === null) return null;
  return new Map(Object.entries(value).map(([key, member]) => [key, traceValue(member)]));
}

function plainObject(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries([...attributes].map(([key, value]) => [key, plainValue(value)]));
}

function plainValue(value: AttributeValue): unknown {
  if (value instanceof Map) return plainObject(value);
  return Array.isArray(value) ? value.map(plainValue) : value;
}
