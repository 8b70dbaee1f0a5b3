/*
 * Zipkin's B3 headers, in one header or in several. Source: github.com/openzipkin/b3-propagation.
 *
 * Both forms are read, whichever is written: services of one system seldom change at once.
 */
import {
  type Context,
  createContextKey,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { SAMPLED_FLAG } from "../base/trace-flags.ts";
import { headerText, headerValue } from "./carrier.ts";
import { isSpanId, isTraceId, spanContextToSend, withRemoteParent } from "./remote-parent.ts";

/** The one header of the single form. */
const B3_HEADER = "b3";
/** The headers of the multiple form. */
const B3_HEADERS = {
  traceId: "x-b3-traceid",
  spanId: "x-b3-spanid",
  flags: "x-b3-flags",
  sampled: "x-b3-sampled",
  parentSpanId: "x-b3-parentspanid",
} as const;

/** Set in the context of a trace that must be sampled everywhere: B3's debug flag. */
export const B3_DEBUG_KEY: symbol = createContextKey("OpenTelemetry Context Key B3 Debug Flag");

/** Trace id of 16 or 32 digits, span id, decision, parent span id; the last two are optional. */
const SINGLE = /^((?:[0-9a-f]{16}){1,2})-([0-9a-f]{16})(?:-([01d]))?(?:-[0-9a-f]{16})?$/;

const SAMPLED_TEXTS: ReadonlySet<string> = new Set(["1", "true", "True", "d"]);
const UNSAMPLED_TEXTS: ReadonlySet<string> = new Set(["0", "false", "False", ""]);

/** Which form is written. */
export type B3Form = "single" | "multi";

/** B3 in one header (`b3`) or in several (`x-b3-traceid` and so on). */
export class B3Propagator implements TextMapPropagator {
  readonly #form: B3Form;

  constructor(form: B3Form) {
    this.#form = form;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = spanContextToSend(context);
    if (spanContext === undefined) return;
    const { traceId, spanId, traceFlags } = spanContext;
    const isDebug = context.getValue(B3_DEBUG_KEY) !== undefined;
    const sampled = (traceFlags & SAMPLED_FLAG) === 0 ? "0" : "1";
    if (this.#form === "single") {
      setter.set(carrier, B3_HEADER, `${traceId}-${spanId}-${isDebug ? "d" : sampled}`);
      return;
    }
    setter.set(carrier, B3_HEADERS.traceId, traceId);
    setter.set(carrier, B3_HEADERS.spanId, spanId);
    if (isDebug) setter.set(carrier, B3_HEADERS.flags, "1");
    else setter.set(carrier, B3_HEADERS.sampled, sampled);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    return extractSingle(context, carrier, getter) ?? extractMulti(context, carrier, getter);
  }

  fields(): string[] {
    return this.#form === "single" ? [B3_HEADER] : Object.values(B3_HEADERS);
  }
}

/** Undefined when there is no valid header of this form. */
function extractSingle(
  context: Context,
  carrier: unknown,
  getter: TextMapGetter,
): Context | undefined {
  const header = headerText(carrier, getter, B3_HEADER);
  const [, shortId, spanId = "", state = ""] = SINGLE.exec(header ?? "") ?? [];
  if (shortId === undefined) return undefined;
  return extracted(context, {
    traceId: shortId,
    spanId,
    state,
    debug: state === "d" ? "d" : undefined,
  });
}

function extractMulti(context: Context, carrier: unknown, getter: TextMapGetter): Context {
  // Carriers that are not HTTP headers hold booleans and numbers as well.
  const read = (name: string): string => {
    const value = headerValue(carrier, getter, name);
    if (typeof value === "string") return value;
    return typeof value === "boolean" || typeof value === "number" ? String(value) : "";
  };
  const isDebug = read(B3_HEADERS.flags) === "1";
  const traceId = read(B3_HEADERS.traceId);
  const spanId = read(B3_HEADERS.spanId);
  const state = isDebug ? "d" : read(B3_HEADERS.sampled);
  const debug = isDebug ? "1" : undefined;
  return extracted(context, { traceId, spanId, state, debug }) ?? context;
}

function extracted(
  context: Context,
  header: {
    readonly traceId: string;
    readonly spanId: string;
    readonly state: string;
    readonly debug: string | undefined;
  },
): Context | undefined {
  // Zipkin's older ids have 64 bits.
  const traceId = header.traceId.padStart(32, "0");
  const isSampled = SAMPLED_TEXTS.has(header.state);
  const isKnown = isSampled || UNSAMPLED_TEXTS.has(header.state);
  if (!isTraceId(traceId) || !isSpanId(header.spanId) || !isKnown) return undefined;
  const under = header.debug === undefined ? context : context.setValue(B3_DEBUG_KEY, header.debug);
  return withRemoteParent(under, {
    traceId: traceId.toLowerCase(),
    spanId: header.spanId.toLowerCase(),
    traceFlags: isSampled ? SAMPLED_FLAG : 0,
  });
}
