/*
 * Jaeger's own headers: `uber-trace-id` and one `uberctx-` header for each baggage entry. Source:
 * jaegertracing.io, "Client Libraries", propagation format.
 */
import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { SAMPLED_FLAG } from "../base/trace-flags.ts";
import { isTracingSuppressed } from "../context/linked-context.ts";
import { headerText, headerValue } from "./carrier.ts";
import { decodedText, encodedText } from "./percent-encoding.ts";
import { isSpanId, isTraceId, spanContextToSend, withRemoteParent } from "./remote-parent.ts";

const HEX_BYTE = /^[0-9a-f]{1,2}$/i;

/** Names of headers that differ from Jaeger's own. */
export interface JaegerPropagatorOptions {
  readonly traceHeader?: string;
  readonly baggagePrefix?: string;
}

/** `uber-trace-id`: trace id, span id, parent span id (no longer used) and flags. */
export class JaegerPropagator implements TextMapPropagator {
  readonly #traceHeader: string;
  readonly #baggagePrefix: string;

  constructor(options: JaegerPropagatorOptions = {}) {
    this.#traceHeader = options.traceHeader ?? "uber-trace-id";
    this.#baggagePrefix = `${options.baggagePrefix ?? "uberctx"}-`;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (isTracingSuppressed(context)) return;
    const spanContext = spanContextToSend(context);
    if (spanContext !== undefined) {
      const { traceId, spanId, traceFlags } = spanContext;
      const flags = (traceFlags & SAMPLED_FLAG).toString(16).padStart(2, "0");
      setter.set(carrier, this.#traceHeader, `${traceId}:${spanId}:0:${flags}`);
    }
    for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? []) {
      setter.set(carrier, this.#baggagePrefix + key, encodedText(value));
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = headerText(carrier, getter, this.#traceHeader) ?? "";
    const withParent = this.#extractParent(context, decodedText(header) ?? "");
    return this.#extractBaggage(withParent, carrier, getter);
  }

  fields(): string[] {
    return [this.#traceHeader];
  }

  #extractParent(context: Context, header: string): Context {
    const parts = header.split(":");
    if (parts.length !== 4) return context;
    const [shortTraceId = "", shortSpanId = "", , flags = ""] = parts;
    const traceId = shortTraceId.padStart(32, "0").toLowerCase();
    const spanId = shortSpanId.padStart(16, "0").toLowerCase();
    if (!isTraceId(traceId) || !isSpanId(spanId)) return context;
    // Flags that cannot be read do not lose the trace: it is kept.
    const traceFlags = HEX_BYTE.test(flags) ? Number.parseInt(flags, 16) & SAMPLED_FLAG : 1;
    return withRemoteParent(context, { traceId, spanId, traceFlags });
  }

  #extractBaggage(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let baggage = propagation.getBaggage(context);
    for (const name of getter.keys(carrier)) {
      if (!name.startsWith(this.#baggagePrefix)) continue;
      const text = headerValue(carrier, getter, name);
      const value = typeof text === "string" ? decodedText(text) : undefined;
      if (value === undefined) continue;
      const key = name.slice(this.#baggagePrefix.length);
      baggage = (baggage ?? propagation.createBaggage()).setEntry(key, { value });
    }
    return baggage === undefined ? context : propagation.setBaggage(context, baggage);
  }
}
