/** How spans, tracers and providers look in `console.log`: what they say, not what they hold. */
import { inspect, type InspectOptionsStylized } from "node:util";
import type { Attributes } from "@opentelemetry/api";
import type { ReadableResource, ReadableSpan } from "./span-processor.ts";

/** Lets objects of `Class` be printed as its name and what `fieldsOf` says of them. */
export function makeInspectable<T extends object>(
  Class: { readonly prototype: T },
  fieldsOf: (owner: T) => object,
): void {
  const custom = function custom(this: T, depth: number, options: InspectOptionsStylized): string {
    const { name } = this.constructor;
    if (depth < 0) return options.stylize(`[${name}]`, "special");
    const depthLeft = typeof options.depth === "number" ? options.depth - 1 : options.depth;
    return `${name} ${inspect(fieldsOf(this), { ...options, depth: depthLeft })}`;
  };
  Object.defineProperty(Class.prototype, inspect.custom, { value: custom });
}

const SPAN_FIELDS = [
  "name",
  "kind",
  "parentSpanContext",
  "status",
  "startTime",
  "endTime",
  "duration",
  "ended",
  "attributes",
  "events",
  "links",
  "droppedAttributesCount",
  "droppedEventsCount",
  "droppedLinksCount",
  "instrumentationScope",
] as const satisfies readonly (keyof ReadableSpan)[];

/** What a span says to its readers. */
export function spanFields(span: ReadableSpan): object {
  return {
    spanContext: span.spanContext(),
    ...Object.fromEntries(SPAN_FIELDS.map((key) => [key, span[key]])),
    resource: { attributes: settledAttributes(span.resource) },
  };
}

/** A resource of the official package, some of whose attributes may be promises. */
interface OfficialResource {
  getRawAttributes?(): Iterable<readonly [string, unknown]>;
}

/** What is known of a resource now. The official one logs an error when its getter is asked. */
export function settledAttributes(resource: ReadableResource & OfficialResource): Attributes {
  const raw = resource.getRawAttributes?.();
  if (raw === undefined) return resource.attributes;
  const settled = [...raw].filter(([, value]) => !(value instanceof Promise));
  // What is no promise is a value.
  return Object.fromEntries<Attributes[string]>(settled);
}
