/** Requests in protobuf, whatever the signal, for export and for tests. */
import type {
  Attributes,
  AttributeValue,
  EntityRef,
  InstrumentationScope,
  Resource,
} from "@spoor/trace";
import { hexToBytes, invariant } from "@spoor/trace/basics";
import { ProtobufWriter } from "../protobuf/writer.ts";
import {
  AnyValueField,
  EntityRefField,
  KeyValueField,
  ListField,
  RequestField,
  ResourceEnvelopeField,
  ResourceField,
  ScopeEnvelopeField,
  ScopeField,
} from "./field-numbers.ts";
import { groupRecords, type OfResource } from "./group-records.ts";

/** A request of `records`, grouped by resource and scope; `writeRow` writes the fields of one. */
export function writeRequest<T extends OfResource>(
  records: readonly T[],
  writeRow: (writer: ProtobufWriter, record: T) => void,
): Uint8Array {
  const writer = new ProtobufWriter();
  for (const [resource, scopes] of groupRecords(records)) {
    writer.message(RequestField.resourceEnvelopes, () => {
      writer.message(ResourceEnvelopeField.resource, () => {
        writeResource(writer, resource);
      });
      for (const [scope, members] of scopes) {
        writer.message(ResourceEnvelopeField.scopeEnvelopes, () => {
          writer.message(ScopeEnvelopeField.scope, () => {
            writeScope(writer, scope);
          });
          for (const member of members) {
            writer.message(ScopeEnvelopeField.rows, () => {
              writeRow(writer, member);
            });
          }
          writer.textField(ScopeEnvelopeField.schemaUrl, scope.schemaUrl);
        });
      }
      writer.textField(ResourceEnvelopeField.schemaUrl, resource.schemaUrl);
    });
  }
  return writer.finish();
}

/** The fields of a Resource. */
export function writeResource(writer: ProtobufWriter, resource: Resource): void {
  writeAttributes(writer, ResourceField.attributes, resource.attributes);
  writer.uint32Field(ResourceField.droppedAttributesCount, resource.droppedAttributesCount);
  for (const ref of resource.entityRefs) {
    writer.message(ResourceField.entityRefs, () => {
      writeEntityRef(writer, ref);
    });
  }
}

function writeEntityRef(writer: ProtobufWriter, ref: EntityRef): void {
  writer.textField(EntityRefField.schemaUrl, ref.schemaUrl);
  writer.textField(EntityRefField.type, ref.type);
  for (const key of ref.idKeys) writer.alwaysText(EntityRefField.idKeys, key);
  for (const key of ref.descriptionKeys) writer.alwaysText(EntityRefField.descriptionKeys, key);
}

/** The fields of an InstrumentationScope. */
export function writeScope(writer: ProtobufWriter, scope: InstrumentationScope): void {
  writer.textField(ScopeField.name, scope.name);
  writer.textField(ScopeField.version, scope.version);
  writeAttributes(writer, ScopeField.attributes, scope.attributes);
  writer.uint32Field(ScopeField.droppedAttributesCount, scope.droppedAttributesCount);
}

/** Attributes as KeyValues in `field`. */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: Attributes,
): void {
  for (const [key, value] of attributes) {
    writer.message(field, () => {
      writer.textField(KeyValueField.key, key);
      writer.message(KeyValueField.value, () => {
        writeAnyValue(writer, value);
      });
    });
  }
}

/** The fields of an AnyValue. */
export function writeAnyValue(writer: ProtobufWriter, value: AttributeValue): void {
  if (value === null) return;
  switch (typeof value) {
    case "string":
      writer.alwaysText(AnyValueField.stringValue, value);
      return;
    case "boolean":
      writer.alwaysBool(AnyValueField.boolValue, value);
      return;
    case "bigint":
      writer.alwaysInt64(AnyValueField.intValue, value);
      return;
    case "number":
      writer.alwaysDouble(AnyValueField.doubleValue, value);
      return;
    default:
  }
  if (value instanceof Uint8Array) writer.alwaysBytes(AnyValueField.bytesValue, value);
  else if (isAttributes(value)) {
    writer.message(AnyValueField.kvlistValue, () => {
      writeAttributes(writer, ListField.values, value);
    });
  } else {
    writer.message(AnyValueField.arrayValue, () => {
      for (const member of value) {
        writer.message(ListField.values, () => {
          writeAnyValue(writer, member);
        });
      }
    });
  }
}

function isAttributes(value: Attributes | readonly AttributeValue[]): value is Attributes {
  return value instanceof Map;
}

/** The bytes of an id. @throws InvariantError when it is not hex of its length. */
export function idBytes(hex: string, byteCount: number): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  const isId = hexToBytes(hex, bytes, { offset: 0, byteCount });
  invariant(isId, "an id is hex of its length", { hex, byteCount });
  return bytes;
}
