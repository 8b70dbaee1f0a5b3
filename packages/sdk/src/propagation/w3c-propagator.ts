import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from "@opentelemetry/api";
import { RANDOM_FLAG, SAMPLED_FLAG } from "../base/trace-flags.ts";
import { headerList, headerText } from "./carrier.ts";
import { spanContextToSend, withRemoteParent } from "./remote-parent.ts";
import { W3cTraceState } from "./w3c-trace-state.ts";

const TRACE_PARENT = "traceparent";
const TRACE_STATE = "tracestate";

/**
 * Version, trace id, parent id, flags. In lower case; a higher version may go on after another
 * dash, version 00 may not, and ff is no version. Trace Context level 2, section 3.2.
 */
const HEADER =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The flags that level 2 defines; what else is set is of no known meaning and not passed on. */
const KNOWN_FLAGS = SAMPLED_FLAG | RANDOM_FLAG;

/** W3C Trace Context, level 2: `traceparent` and `tracestate`. */
export class W3cPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = spanContextToSend(context);
    if (spanContext === undefined) return;
    const { traceId, spanId, traceFlags, traceState } = spanContext;
    const flags = (traceFlags & KNOWN_FLAGS).toString(16).padStart(2, "0");
    setter.set(carrier, TRACE_PARENT, `00-${traceId}-${spanId}-${flags}`);
    const members = traceState?.serialize() ?? "";
    if (members !== "") setter.set(carrier, TRACE_STATE, members);
  }

  /** The context with the parent of the headers; as it was when they are missing or not valid. */
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = headerText(carrier, getter, TRACE_PARENT)?.trim();
    if (header === undefined) return context;
    const [, version, traceId = "", spanId = "", flags = "", rest] = HEADER.exec(header) ?? [];
    if (version === undefined || (version === "00" && rest !== undefined)) return context;
    const members = headerList(carrier, getter, TRACE_STATE);
    return withRemoteParent(context, {
      traceId,
      spanId,
      traceFlags: Number.parseInt(flags, 16) & KNOWN_FLAGS,
      traceState: members === undefined ? undefined : W3cTraceState.parse(members),
    });
  }

  fields(): string[] {
    return [TRACE_PARENT, TRACE_STATE];
  }
}
