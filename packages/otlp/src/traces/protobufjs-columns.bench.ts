/*
 * The contender of the decoding benchmark: protobufjs to its objects, and those into the columns
 * that our decoder fills too. As fast as it can be made without touching protobufjs: a Map from
 * text to its id spares encoding a known text again, ids and times are copied as bytes and words.
 */
import {
  type AttributeColumns,
  AttributeType,
  type AttributeValue,
  type InstrumentationScope,
  invariant,
  type Resource,
  type SpanBatch,
} from "@spoor/trace";
import { requestType } from "./protobufjs-messages.fuzz.ts";

interface LongWords {
  readonly low: number;
  readonly high: number;
}

interface AnyValueObject {
  readonly stringValue: string;
  readonly boolValue: boolean;
  readonly intValue: LongWords;
  readonly doubleValue: number;
  readonly bytesValue: Uint8Array;
}

interface KeyValueObject {
  readonly key: string;
  readonly value: AnyValueObject | null;
}

interface SpanObject {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly traceState: string;
  readonly parentSpanId: Uint8Array;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: LongWords;
  readonly endTimeUnixNano: LongWords;
  readonly attributes: readonly KeyValueObject[];
  readonly droppedAttributesCount: number;
  readonly events: readonly EventObject[];
  readonly droppedEventsCount: number;
  readonly links: readonly LinkObject[];
  readonly droppedLinksCount: number;
  readonly status: { readonly message: string; readonly code: number } | null;
  readonly flags: number;
}

interface EventObject {
  readonly timeUnixNano: LongWords;
  readonly name: string;
  readonly attributes: readonly KeyValueObject[];
  readonly droppedAttributesCount: number;
}

interface LinkObject {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly traceState: string;
  readonly attributes: readonly KeyValueObject[];
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

interface RequestObject {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly KeyValueObject[];
      readonly droppedAttributesCount: number;
    } | null;
    readonly schemaUrl: string;
    readonly scopeSpans: readonly {
      readonly scope: {
        readonly name: string;
        readonly version: string;
        readonly attributes: readonly KeyValueObject[];
        readonly droppedAttributesCount: number;
      } | null;
      readonly schemaUrl: string;
      readonly spans: readonly SpanObject[];
    }[];
  }[];
}

/** Decodes requests with protobufjs and appends them to one batch. */
export class ProtobufjsColumns {
  readonly #batch: SpanBatch;
  readonly #idOfText = new Map<string, number>();
  readonly #resources = new Map<string, number>();
  readonly #scopes = new Map<string, number>();
  readonly #words = new DataView(new ArrayBuffer(8));

  constructor(batch: SpanBatch) {
    this.#batch = batch;
  }

  append(body: Uint8Array): void {
    // The shape that the schema in protobufjs-messages.fuzz.ts describes.
    const request = requestType.decode(body) as unknown as RequestObject;
    for (const resourceSpans of request.resourceSpans) {
      const resource = this.#resourceIndex(resourceSpans);
      for (const scopeSpans of resourceSpans.scopeSpans) {
        const scope = this.#scopeIndex(scopeSpans);
        for (const span of scopeSpans.spans) this.#appendSpan(span, { resource, scope });
      }
    }
  }

  #appendSpan(
    span: SpanObject,
    { resource, scope }: { readonly resource: number; readonly scope: number },
  ): void {
    const batch = this.#batch;
    const row = batch.reserveSpan();
    batch.traceIds.set(span.traceId, row * 16);
    batch.spanIds.set(span.spanId, row * 8);
    if (span.parentSpanId.length === 0) batch.parentSpanIds.fill(0, row * 8, row * 8 + 8);
    else batch.parentSpanIds.set(span.parentSpanId, row * 8);
    batch.startTimesUnixNano[row] = bigintOf(span.startTimeUnixNano);
    batch.endTimesUnixNano[row] = bigintOf(span.endTimeUnixNano);
    batch.names[row] = this.#text(span.name);
    batch.traceStates[row] = this.#text(span.traceState);
    batch.flags[row] = span.flags;
    batch.kinds[row] = span.kind;
    batch.statusCodes[row] = span.status?.code ?? 0;
    batch.statusMessages[row] = this.#text(span.status?.message ?? "");
    batch.droppedAttributesCounts[row] = span.droppedAttributesCount;
    batch.droppedEventsCounts[row] = span.droppedEventsCount;
    batch.droppedLinksCounts[row] = span.droppedLinksCount;
    batch.resourceIndices[row] = resource;
    batch.scopeIndices[row] = scope;
    this.#appendAttributes(batch.attributes, span.attributes);
    for (const event of span.events) this.#appendEvent(event);
    for (const link of span.links) this.#appendLink(link);
    batch.attributesEnd[row] = batch.attributes.count;
    batch.eventsEnd[row] = batch.events.count;
    batch.linksEnd[row] = batch.links.count;
  }

  #appendEvent(event: EventObject): void {
    const { events } = this.#batch;
    const row = events.reserve();
    events.timesUnixNano[row] = bigintOf(event.timeUnixNano);
    events.names[row] = this.#text(event.name);
    events.droppedAttributesCounts[row] = event.droppedAttributesCount;
    this.#appendAttributes(events.attributes, event.attributes);
    events.attributesEnd[row] = events.attributes.count;
  }

  #appendLink(link: LinkObject): void {
    const { links } = this.#batch;
    const row = links.reserve();
    links.traceIds.set(link.traceId, row * 16);
    links.spanIds.set(link.spanId, row * 8);
    links.traceStates[row] = this.#text(link.traceState);
    links.flags[row] = link.flags;
    links.droppedAttributesCounts[row] = link.droppedAttributesCount;
    this.#appendAttributes(links.attributes, link.attributes);
    links.attributesEnd[row] = links.attributes.count;
  }

  #appendAttributes(columns: AttributeColumns, attributes: readonly KeyValueObject[]): void {
    for (const { key, value } of attributes) {
      const id = this.#text(key);
      if (value === null) columns.push(id, AttributeType.empty, 0, 0);
      else if (Object.hasOwn(value, "stringValue")) {
        columns.push(id, AttributeType.string, this.#text(value.stringValue), 0);
      } else if (Object.hasOwn(value, "intValue")) {
        columns.push(id, AttributeType.int, value.intValue.low, value.intValue.high);
      } else if (Object.hasOwn(value, "boolValue")) {
        columns.push(id, AttributeType.bool, value.boolValue ? 1 : 0, 0);
      } else {
        invariant(Object.hasOwn(value, "doubleValue"), "bench spans hold plain values only");
        this.#words.setFloat64(0, value.doubleValue, true);
        const low = this.#words.getInt32(0, true);
        columns.push(id, AttributeType.double, low, this.#words.getInt32(4, true));
      }
    }
  }

  #text(text: string): number {
    const known = this.#idOfText.get(text);
    if (known !== undefined) return known;
    const id = this.#batch.strings.internText(text);
    this.#idOfText.set(text, id);
    return id;
  }

  #resourceIndex(envelope: RequestObject["resourceSpans"][number]): number {
    const { resource: message, schemaUrl } = envelope;
    const key = JSON.stringify([message, schemaUrl]);
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    const resource: Resource = {
      attributes: attributeMap(message?.attributes ?? []),
      droppedAttributesCount: message?.droppedAttributesCount ?? 0,
      schemaUrl,
      entityRefs: [],
    };
    const index = this.#batch.resources.push(resource) - 1;
    this.#resources.set(key, index);
    return index;
  }

  #scopeIndex(envelope: RequestObject["resourceSpans"][number]["scopeSpans"][number]): number {
    const { scope: message, schemaUrl } = envelope;
    const key = JSON.stringify([message, schemaUrl]);
    const known = this.#scopes.get(key);
    if (known !== undefined) return known;
    const scope: InstrumentationScope = {
      name: message?.name ?? "",
      version: message?.version ?? "",
      attributes: attributeMap(message?.attributes ?? []),
      droppedAttributesCount: message?.droppedAttributesCount ?? 0,
      schemaUrl,
    };
    const index = this.#batch.scopes.push(scope) - 1;
    this.#scopes.set(key, index);
    return index;
  }
}

function attributeMap(attributes: readonly KeyValueObject[]): Map<string, AttributeValue> {
  return new Map(attributes.map(({ key, value }) => [key, attributeValue(value)]));
}

function attributeValue(value: AnyValueObject | null): AttributeValue {
  if (value === null) return null;
  if (Object.hasOwn(value, "stringValue")) return value.stringValue;
  if (Object.hasOwn(value, "intValue")) return BigInt.asIntN(64, bigintOf(value.intValue));
  return Object.hasOwn(value, "boolValue") ? value.boolValue : value.doubleValue;
}

function bigintOf({ low, high }: LongWords): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
