import {
  type Context,
  createContextKey,
  diag,
  type Link,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { spanOf } from "../context/linked-context.ts";

const CONFLICTS_KEY = createContextKey("Spoor Context Key Conflicting Parents");

/**
 * Several propagators as one. All of them write; all of them read, and the last one that finds a
 * parent is followed, as in other SDKs.
 *
 * Headers of different formats may name different traces, where a proxy speaks only one of them.
 * The parents that were not followed are kept in the context: the span that is started under it
 * gets a link to each, so that the other trace can be found.
 */
export class CompositePropagator implements TextMapPropagator {
  readonly #propagators: readonly TextMapPropagator[];

  constructor(propagators: readonly TextMapPropagator[]) {
    this.#propagators = propagators;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    for (const propagator of this.#propagators) {
      try {
        propagator.inject(context, carrier, setter);
      } catch (error) {
        diag.warn("a propagator failed to write", error);
      }
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const found: SpanContext[] = [];
    let extracted = context;
    for (const propagator of this.#propagators) {
      const before = spanOf(extracted);
      try {
        extracted = propagator.extract(extracted, carrier, getter);
      } catch (error) {
        diag.warn("a propagator failed to read", error);
      }
      const parent = spanOf(extracted);
      if (parent !== undefined && parent !== before) found.push(parent.spanContext());
    }
    const followed = found.pop();
    const conflicts = found.filter(({ traceId }) => traceId !== followed?.traceId);
    return conflicts.length === 0 ? extracted : extracted.setValue(CONFLICTS_KEY, conflicts);
  }

  fields(): string[] {
    return [...new Set(this.#propagators.flatMap((one) => fieldsOf(one)))];
  }
}

/** Links to the parents that the headers named and that were not followed. */
export function linksToConflicts(context: Context): Link[] {
  const conflicts = context.getValue(CONFLICTS_KEY);
  if (!Array.isArray(conflicts)) return [];
  return conflicts.map((spanContext: SpanContext) => ({ context: spanContext }));
}

/** Propagators written in JavaScript do not always have the method. */
function fieldsOf(propagator: Partial<TextMapPropagator>): string[] {
  return propagator.fields?.() ?? [];
}
