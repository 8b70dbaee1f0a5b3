/*
 * Traces as Jaeger's query API and the download of its page give them, brought into the form of
 * OTLP JSON. What each tag means: OpenTelemetry specification, "OpenTelemetry to Jaeger
 * Transformation", read backwards.
 */
import { isObject, type JsonObject } from "./json-object.ts";

/** What Jaeger answers for traces. */
export type JaegerDocument = JsonObject & { readonly data: readonly JaegerTrace[] };

type JaegerTrace = JsonObject & { readonly spans: readonly unknown[] };

/** Whether `value` looks like an answer of Jaeger. */
export function isJaegerDocument(value: JsonObject): value is JaegerDocument {
  const { data } = value;
  return (
    Array.isArray(data) &&
    data.length > 0 &&
    data.every((trace) => isObject(trace) && Array.isArray(trace["spans"]))
  );
}

/** A trace of Jaeger as OTLP JSON. What is of a wrong type goes on, for the decoder to tell. */
export function otlpOfJaeger({ spans, processes }: JaegerTrace): JsonObject {
  const processOf = (id: unknown): JsonObject => {
    const process = isObject(processes) && typeof id === "string" ? processes[id] : undefined;
    return isObject(process) ? process : {};
  };
  const groups = Map.groupBy(spans.filter(isObject), ({ processID, process }) =>
    isObject(process) ? process : processOf(processID),
  );
  return {
    resourceSpans: Array.from(groups, ([process, members]) => ({
      resource: {
        attributes: [
          { key: "service.name", value: { stringValue: process["serviceName"] ?? "" } },
          ...tagsOf(process["tags"]).map(attributeOf),
        ],
      },
      scopeSpans: Array.from(
        Map.groupBy(members, (span) => scopeName(tagsOf(span["tags"]))),
        ([name, own]) => ({ scope: { name }, spans: own.map(spanOf) }),
      ),
    })),
  };
}

function spanOf(span: JsonObject): JsonObject {
  const tags = tagsOf(span["tags"]);
  const start = nanoOfMicros(span["startTime"]);
  const textOf = (key: string): string => textOfTag(tags.find((tag) => tag.key === key));
  const references = listOf(span["references"]).filter(isObject);
  const parent = references.find(
    (each) => each["refType"] === "CHILD_OF" && each["traceID"] === span["traceID"],
  );
  return {
    traceId: padded(span["traceID"], 32),
    spanId: padded(span["spanID"], 16),
    parentSpanId: parent === undefined ? "" : padded(parent["spanID"], 16),
    name: span["operationName"],
    kind: KINDS.indexOf(textOf("span.kind")) + 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + nanoOfMicros(span["duration"])),
    status: { code: statusCode(textOf), message: textOf("otel.status_description") },
    attributes: tags.filter(({ key }) => !OWN_TAGS.has(key)).map(attributeOf),
    events: listOf(span["logs"])
      .filter(isObject)
      .map((log) => {
        const fields = tagsOf(log["fields"]);
        const name = fields.find(({ key }) => key === "event")?.value;
        return {
          timeUnixNano: String(nanoOfMicros(log["timestamp"])),
          name: typeof name === "string" ? name : "log",
          attributes: fields.filter(({ key }) => key !== "event").map(attributeOf),
        };
      }),
    links: references
      .filter((each) => each !== parent)
      .map((each) => ({
        traceId: padded(each["traceID"], 32),
        spanId: padded(each["spanID"], 16),
      })),
  };
}

/** By their number in OTLP, of which 0 is none. */
const KINDS = ["internal", "server", "client", "producer", "consumer"];

/** Tags that stand for fields of a span. */
const OWN_TAGS = new Set([
  "span.kind",
  "otel.status_code",
  "otel.status_description",
  "error",
  "otel.scope.name",
  "otel.library.name",
]);

function statusCode(textOf: (key: string) => string): number {
  const code = textOf("otel.status_code");
  if (code === "ERROR" || textOf("error") === "true") return 2;
  return code === "OK" ? 1 : 0;
}

function scopeName(tags: readonly Tag[]): string {
  const tag = tags.find(({ key }) => key === "otel.scope.name" || key === "otel.library.name");
  return textOfTag(tag);
}

/** Empty for a tag that is not there, and for one that is no text. */
function textOfTag(tag: Tag | undefined): string {
  const value = tag?.value;
  return typeof value === "string" || typeof value === "boolean" ? String(value) : "";
}

interface Tag {
  readonly key: string;
  readonly type: unknown;
  readonly value: unknown;
}

function tagsOf(value: unknown): Tag[] {
  return listOf(value)
    .filter(isObject)
    .map(({ key, type, value: content }) => ({ key: String(key), type, value: content }));
}

function attributeOf({ key, type, value }: Tag): JsonObject {
  if (type === "int64") return { key, value: { intValue: String(value) } };
  if (type === "float64") return { key, value: { doubleValue: value } };
  if (type === "bool") return { key, value: { boolValue: value === true || value === "true" } };
  if (type === "binary") return { key, value: { bytesValue: value } };
  return { key, value: { stringValue: typeof value === "string" ? value : JSON.stringify(value) } };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Jaeger leaves out leading zeros, and knows trace ids of 64 bits. */
function padded(id: unknown, digits: number): unknown {
  return typeof id === "string" ? id.padStart(digits, "0") : id;
}

function nanoOfMicros(value: unknown): bigint {
  return typeof value === "number" && Number.isFinite(value)
    ? BigInt(Math.round(value)) * 1000n
    : 0n;
}
