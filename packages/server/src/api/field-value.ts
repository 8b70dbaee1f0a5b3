/* Values of fields as they go over the wire, and as TraceQL spells them. */
import type { FoundTrace } from "@spoor/store";
import {
  type FieldLabel,
  type FieldValue,
  type FoundTraceDocument,
  isSpanKind,
  isStatusCode,
  spanKindName,
  statusCodeName,
  toSummaryDocument,
} from "@spoor/trace";
import {
  type CodeValue,
  type GroupAttribute,
  type LiteralValue,
  printField,
  SPAN_STATES,
  type Value,
} from "@spoor/traceql";

/** Fields whose integers are durations. */
const DURATIONS = /^(?:span:|trace:)?(?:duration|traceDuration)$|timeSinceStart/u;

/** The value of a field. `name` says whether an integer is a duration. */
export function fieldValue(value: Value, name: string = ""): FieldValue {
  if (value === undefined) return { type: "nil", text: "" };
  switch (typeof value) {
    case "string":
      return { type: "string", text: value };
    case "bigint":
      return { type: DURATIONS.test(name) ? "duration" : "int", text: value.toString() };
    case "number":
      return { type: "double", text: String(value) };
    case "boolean":
      return { type: "bool", text: String(value) };
    default:
      break;
  }
  if (isMany(value)) {
    return { type: "array", text: value.map((one) => fieldValue(one).text).join(", ") };
  }
  if (value.type === "opaque") return { type: "other", text: "" };
  return { type: value.type, text: codeText(value) };
}

function codeText({ type, code }: CodeValue): string {
  if (type === "state") return SPAN_STATES[code] ?? "";
  if (type === "status") return isStatusCode(code) ? statusCodeName(code) : "";
  return isSpanKind(code) ? spanKindName(code) : "";
}

function isMany(value: Value): value is Extract<Value, readonly unknown[]> {
  return Array.isArray(value);
}

/** A name and its value. */
export function fieldLabel({ name, value }: GroupAttribute): FieldLabel {
  return { name, ...fieldValue(value, name) };
}

/** A value as TraceQL spells it; undefined for what it cannot spell. */
export function literalOf(value: Value, name: string = ""): string | undefined {
  const literal = literalValue(value, name);
  return literal && printField({ node: "literal", literal, place: { start: 0, end: 0 } });
}

function literalValue(value: Value, name: string): LiteralValue | undefined {
  if (value === undefined) return { type: "nil" };
  switch (typeof value) {
    case "string":
      return { type: "string", value };
    case "bigint":
      return { type: DURATIONS.test(name) ? "duration" : "int", value };
    case "number":
      return Number.isFinite(value) ? { type: "float", value } : undefined;
    case "boolean":
      return { type: "boolean", value };
    default:
      break;
  }
  if (isMany(value) || value.type === "opaque") return undefined;
  return { type: value.type, value: value.code };
}

/** A TraceQL condition that is true for spans with this value. `field` is as TraceQL spells it. */
export function conditionOf(field: string, value: Value): string | null {
  const literal = literalOf(value, field);
  return literal === undefined ? null : `${field} = ${literal}`;
}

/** A trace that was found, as it goes over the wire. */
export function foundTraceDocument({ summary, groups }: FoundTrace): FoundTraceDocument {
  return {
    ...toSummaryDocument(summary),
    groups: groups.map(({ spanCount, spans, attributes }) => ({
      spanCount,
      spans: spans.map((span) => ({
        ...span,
        startTimeUnixNano: span.startTimeUnixNano.toString(),
        durationNano: span.durationNano.toString(),
        fields: span.fields.map(fieldLabel),
      })),
      labels: attributes.map(fieldLabel),
    })),
  };
}
