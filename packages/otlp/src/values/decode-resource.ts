import type {
  AttributeValue,
  EntityRef,
  InstrumentationScope,
  LossLedger,
  Resource,
} from "@spoor/trace";
import { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, varintTag } from "../protobuf/tag.ts";
import { decodeKeyValue, decodeText } from "./decode-any-value.ts";
import { EntityRefField, ResourceField, ScopeField } from "./field-numbers.ts";
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

/** What a resource or a scope message cannot say itself. */
interface Envelope {
  /** The schema URL of ResourceSpans or ScopeSpans. */
  readonly schemaUrl: string;
  readonly losses: LossLedger;
}

/** A Resource message as an object. */
export function decodeResource(raw: ByteRange, { schemaUrl, losses }: Envelope): Resource {
  const { reader, end } = readerOf(raw);
  const attributes = new Map<string, AttributeValue>();
  const entityRefs: EntityRef[] = [];
  let droppedAttributesCount = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === RESOURCE_ATTRIBUTES) {
      decodeKeyValue(reader, reader.openMessage(end), { into: attributes, depth: 0, losses });
    } else if (tag === RESOURCE_DROPPED) droppedAttributesCount = reader.uint32(end);
    else if (tag === ENTITY_REFS) {
      entityRefs.push(decodeEntityRef(reader, reader.openMessage(end), losses));
    } else reader.skip(tag, end);
  }
  return { attributes, droppedAttributesCount, schemaUrl, entityRefs };
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
export function decodeScope(raw: ByteRange, { schemaUrl, losses }: Envelope): InstrumentationScope {
  const { reader, end } = readerOf(raw);
  const attributes = new Map<string, AttributeValue>();
  let name = "";
  let version = "";
  let droppedAttributesCount = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === SCOPE_NAME) name = decodeText(reader, reader.openMessage(end), losses);
    else if (tag === SCOPE_VERSION) version = decodeText(reader, reader.openMessage(end), losses);
    else if (tag === SCOPE_ATTRIBUTES) {
      decodeKeyValue(reader, reader.openMessage(end), { into: attributes, depth: 0, losses });
    } else if (tag === SCOPE_DROPPED) droppedAttributesCount = reader.uint32(end);
    else reader.skip(tag, end);
  }
  return { name, version, attributes, droppedAttributesCount, schemaUrl };
}

function readerOf({ bytes, start, length }: ByteRange): { reader: ProtobufReader; end: number } {
  const reader = new ProtobufReader(bytes);
  reader.position = start;
  return { reader, end: start + length };
}
