/*
 * Spans as protobufjs reads them, by way of its own objects: the independent reading with which the
 * scanner is compared field by field.
 */
import { Buffer } from "node:buffer";
import type { Attributes, AttributeValue, Span } from "@spoor/trace";
import { LossLedger, SpanBatch, spansOf } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import { deepStrictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { decodeTracesProtobuf } from "../traces/decode-protobuf.ts";
import { encodeTracesProtobuf } from "../traces/encode-protobuf.ts";
import { requestType } from "../traces/protobufjs-messages.fuzz.ts";

/** A message as protobufjs gives it: fields by name, absent ones by their defaults. */
type Message = Readonly<Record<string, unknown>>;

/** How much was compared. */
export interface ComparedCounts {
  readonly spanCount: number;
  readonly attributeCount: number;
}

/** Compares until that many attributes were; the same for the same seed. @throws AssertionError */
export function compareWithProtobufjs(options: {
  readonly seed: number;
  readonly attributeCountMin: number;
}): ComparedCounts {
  const batch = new SpanBatch();
  let [spanCount, attributeCount] = [0, 0];
  for (let seed = options.seed; attributeCount < options.attributeCountMin; seed += 1) {
    for (const spans of fc.sample(randomSpans, { seed, numRuns: 100 })) {
      const body = encodeTracesProtobuf(spans);
      batch.clear();
      decodeTracesProtobuf(body, batch, new LossLedger());
      const read = spansOf(batch);
      deepStrictEqual(read, spansByProtobufjs(body));
      spanCount += read.length;
      attributeCount += batch.attributes.count;
      attributeCount += batch.events.attributes.count + batch.links.attributes.count;
    }
  }
  return { spanCount, attributeCount };
}

function spansByProtobufjs(body: Uint8Array): Span[] {
  return list(requestType.decode(body), "resourceSpans").flatMap((envelope) => {
    const resourceMessage = one(envelope, "resource");
    const resource = {
      attributes: attributes(resourceMessage),
      droppedAttributesCount: number(resourceMessage, "droppedAttributesCount"),
      schemaUrl: text(envelope, "schemaUrl"),
      entityRefs: list(resourceMessage, "entityRefs").map((ref) => ({
        schemaUrl: text(ref, "schemaUrl"),
        type: text(ref, "type"),
        idKeys: texts(ref, "idKeys"),
        descriptionKeys: texts(ref, "descriptionKeys"),
      })),
    };
    return list(envelope, "scopeSpans").flatMap((scopeEnvelope) => {
      const scopeMessage = one(scopeEnvelope, "scope");
      const scope = {
        name: text(scopeMessage, "name"),
        version: text(scopeMessage, "version"),
        attributes: attributes(scopeMessage),
        droppedAttributesCount: number(scopeMessage, "droppedAttributesCount"),
        schemaUrl: text(scopeEnvelope, "schemaUrl"),
      };
      return list(scopeEnvelope, "spans").map((span): Span =>
        Object.assign(ownFields(span), { resource, scope }),
      );
    });
  });
}

function ownFields(span: Message): Omit<Span, "resource" | "scope"> {
  const status = one(span, "status");
  return {
    traceId: hex(span, "traceId"),
    spanId: hex(span, "spanId"),
    parentSpanId: hex(span, "parentSpanId"),
    traceState: text(span, "traceState"),
    flags: number(span, "flags"),
    name: text(span, "name"),
    // Random spans have no other kinds and codes.
    kind: number(span, "kind") as Span["kind"],
    startTimeUnixNano: fixed64(span, "startTimeUnixNano"),
    endTimeUnixNano: fixed64(span, "endTimeUnixNano"),
    status: {
      code: number(status, "code") as Span["status"]["code"],
      message: text(status, "message"),
    },
    attributes: attributes(span),
    droppedAttributesCount: number(span, "droppedAttributesCount"),
    events: list(span, "events").map((event) => ({
      timeUnixNano: fixed64(event, "timeUnixNano"),
      name: text(event, "name"),
      attributes: attributes(event),
      droppedAttributesCount: number(event, "droppedAttributesCount"),
    })),
    droppedEventsCount: number(span, "droppedEventsCount"),
    links: list(span, "links").map((link) => ({
      traceId: hex(link, "traceId"),
      spanId: hex(link, "spanId"),
      traceState: text(link, "traceState"),
      flags: number(link, "flags"),
      attributes: attributes(link),
      droppedAttributesCount: number(link, "droppedAttributesCount"),
    })),
    droppedLinksCount: number(span, "droppedLinksCount"),
  };
}

function attributes(owner: Message): Attributes {
  return mapOf(list(owner, "attributes"));
}

function mapOf(keyValues: readonly Message[]): Attributes {
  return new Map(keyValues.map((each) => [text(each, "key"), value(one(each, "value"))]));
}

function value(any: Message): AttributeValue {
  if (Object.hasOwn(any, "stringValue")) return text(any, "stringValue");
  if (Object.hasOwn(any, "boolValue")) return any["boolValue"] === true;
  if (Object.hasOwn(any, "intValue")) return BigInt.asIntN(64, fixed64(any, "intValue"));
  if (Object.hasOwn(any, "doubleValue")) return number(any, "doubleValue");
  if (Object.hasOwn(any, "bytesValue")) return Uint8Array.from(bytes(any, "bytesValue"));
  if (Object.hasOwn(any, "arrayValue")) return list(one(any, "arrayValue"), "values").map(value);
  if (Object.hasOwn(any, "kvlistValue")) return mapOf(list(one(any, "kvlistValue"), "values"));
  return null;
}

// The shapes below are those of the schema in protobufjs-messages.fuzz.ts.

function field(message: object, name: string): unknown {
  return (message as Message)[name];
}

function one(message: object, name: string): Message {
  return (field(message, name) ?? {}) as Message;
}

function list(message: object, name: string): readonly Message[] {
  return (field(message, name) ?? []) as readonly Message[];
}

function text(message: object, name: string): string {
  return (field(message, name) ?? "") as string;
}

function texts(message: object, name: string): string[] {
  return [...((field(message, name) ?? []) as readonly string[])];
}

function number(message: object, name: string): number {
  return (field(message, name) ?? 0) as number;
}

function bytes(message: object, name: string): Uint8Array {
  return (field(message, name) ?? new Uint8Array()) as Uint8Array;
}

function hex(message: object, name: string): string {
  return Buffer.from(bytes(message, name)).toString("hex");
}

function fixed64(message: object, name: string): bigint {
  const { low, high } = (field(message, name) ?? { low: 0, high: 0 }) as {
    readonly low: number;
    readonly high: number;
  };
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
