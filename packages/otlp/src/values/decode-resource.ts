import {
  type AttributeValue,
  type EntityRef,
  type InstrumentationScope,
  type LossLedger,
  type Resource,
  withCutMarks,
} from "@spoor/trace";
import { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, varintTag } from "../protobuf/tag.ts";
import { decodeAttribute, decodeText } from "./decode-any-value.ts";
import { EntityRefField, ResourceField, ScopeField } from "./field-numbers.ts";
import { Cuts, type RequestLimits } from "./request-limits.ts";
import type { ByteRange } from "./text.ts";

const RESOURCE_ATTRIBUTES = bytesTag(ResourceField.attributes);
const RESOURCE_DROPPED = varintTag(ResourceField.droppedAttributesCount);
const ENTITY_REFS = bytesTag(ResourceField.entityRefs);
const ENTITY_SCHEMA_URL = bytesTag(EntityRefField.schemaUrl);
const ENTITY_TYPE = bytesTag(EntityRefField.type);
const ENTITY_ID_KEYS = bytesTag(EntityRefField.idKeys);
const ENTITY_DESCRIPTION_KEYS = bytesTag(EntityRefField.descriptionKeys);
const SCOPE_NAME = bytesTag(ScopeField.name);
const SCOPE_VERSION = bytesTag(ScopeField.version);
const SCOPE_ATTRIBUTES = bytesTag(ScopeField.attributes);
const SCOPE_DROPPED = varintTag(ScopeField.droppedAttributesCount);

const UINT32_MAX = 0xffff_ffff;

/** What a resource or a scope message cannot say itself. */
interface Envelope {
  /** The schema URL of ResourceSpans or ScopeSpans. */
  readonly schemaUrl: string;
  readonly limits: RequestLimits;
}

/** A Resource message as an object. */
export function decodeResource(raw: ByteRange, { schemaUrl, limits }: Envelope): Resource {
  const { reader, end } = readerOf(raw);
  const { losses } = limits;
  const attributes = new Map<string, AttributeValue>();
  const cuts = new Cuts();
  const entityRefs: EntityRef[] = [];
  let droppedAttributesCount = 0;
  let leftOutCount = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === RESOURCE_ATTRIBUTES) {
      const stop = reader.openMessage(end);
      leftOutCount += decodeAttribute(reader, stop, { into: attributes, limits, cuts });
    } else if (tag === RESOURCE_DROPPED) droppedAttributesCount = reader.uint32(end);
    else if (tag === ENTITY_REFS) {
      entityRefs.push(decodeEntityRef(reader, reader.openMessage(end), losses));
    } else reader.skip(tag, end);
  }
  droppedAttributesCount = Math.min(droppedAttributesCount + leftOutCount, UINT32_MAX);
  return {
    attributes: withCutMarks(attributes, cuts),
    droppedAttributesCount,
    schemaUrl,
    entityRefs,
  };
}

function decodeEntityRef(reader: ProtobufReader, end: number, losses: LossLedger): EntityRef {
  let schemaUrl = "";
  let type = "";
  const idKeys: string[] = [];
  const descriptionKeys: string[] = [];
  const text = (): string => decodeText(reader, reader.openMessage(end), losses);
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === ENTITY_SCHEMA_URL) schemaUrl = text();
    else if (tag === ENTITY_TYPE) type = text();
    else if (tag === ENTITY_ID_KEYS) idKeys.push(text());
    else if (tag === ENTITY_DESCRIPTION_KEYS) descriptionKeys.push(text());
    else reader.skip(tag, end);
  }
  return { schemaUrl, type, idKeys, descriptionKeys };
}

/** An InstrumentationScope message as an object. */
export function decodeScope(raw: ByteRange, { schemaUrl, limits }: Envelope): InstrumentationScope {
  const { reader, end } = readerOf(raw);
  const { losses } = limits;
  const attributes = new Map<string, AttributeValue>();
  const cuts = new Cuts();
  let leftOutCount = 0;
  let name = "";
  let version = "";
  let droppedAttributesCount = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === SCOPE_NAME) name = decodeText(reader, reader.openMessage(end), losses);
    else if (tag === SCOPE_VERSION) version = decodeText(reader, reader.openMessage(end), losses);
    else if (tag === SCOPE_ATTRIBUTES) {
      const stop = reader.openMessage(end);
      leftOutCount += decodeAttribute(reader, stop, { into: attributes, limits, cuts });
    } else if (tag === SCOPE_DROPPED) droppedAttributesCount = reader.uint32(end);
    else reader.skip(tag, end);
  }
  droppedAttributesCount = Math.min(droppedAttributesCount + leftOutCount, UINT32_MAX);
  return {
    name,
    version,
    attributes: withCutMarks(attributes, cuts),
    droppedAttributesCount,
    schemaUrl,
  };
}

function readerOf({ view, start, length }: ByteRange): { reader: ProtobufReader; end: number } {
  const reader = new ProtobufReader(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  reader.position = start;
  return { reader, end: start + length };
}
