/** Values of a JSON document into columns. */
import {
  type AttributeColumns,
  AttributeType,
  type AttributeValue,
  cutValue,
  toAnyValue,
} from "@spoor/trace";
import { AttributeOwner } from "./attribute-owner.ts";
import { memoryOf } from "./batch-memory.ts";
import { decodeJsonKey, decodeJsonValue, droppedCount } from "./decode-json-value.ts";
import { type JsonNode, nodesField } from "./json-fields.ts";
import type { JsonTexts } from "./json-texts.ts";
import { Cuts, type RequestLimits } from "./request-limits.ts";
import type { SignalBatch } from "./signal-batch.ts";

const encoder = new TextEncoder();
const words = new DataView(new ArrayBuffer(8));

/** One request that is being appended. */
export interface JsonTarget<Batch extends SignalBatch = SignalBatch> {
  readonly texts: JsonTexts;
  readonly batch: Batch;
  readonly limits: RequestLimits;
}

/** The id of a text of the document. */
export function textId({ texts, limits }: JsonTarget, text: string): number {
  return texts.intern(text, limits.losses);
}

/** Appends KeyValues as rows, within the limits of their owner; returns how many were left out. */
function appendJsonAttributes(
  target: JsonTarget,
  owner: AttributeOwner,
  keyValues: readonly JsonNode[],
): number {
  const { limits } = target;
  const { attributeKeyBytesMax, attributeValueBytesMax } = limits.limits;
  const cuts = new Cuts();
  owner.begin();
  owner.hasOtherKeys = true;
  for (const keyValue of keyValues) {
    if (owner.isFull) {
      owner.leaveOut();
      continue;
    }
    const fullKey = decodeJsonKey(keyValue, limits.losses);
    const cutKey = cutValue(fullKey, attributeKeyBytesMax);
    const key = typeof cutKey?.value === "string" ? cutKey.value : fullKey;
    if (cutKey !== undefined) limits.cutKey(key, cutKey.originalBytes, cuts);
    const value = decodeJsonValue(keyValue, "value", { depth: 0, limits });
    const cut = cutValue(value, attributeValueBytesMax);
    if (cut !== undefined) limits.cutValue(key, cut.originalBytes, cuts);
    appendJsonValue(target, owner.rows, textId(target, key), cut === undefined ? value : cut.value);
  }
  owner.cuts = cuts;
  return owner.finish();
}

/** The attributes of a span, event, link or log record, and how many are missing. */
interface AttributeOwners {
  readonly attributes: AttributeColumns;
  readonly droppedAttributesCounts: Uint32Array;
}

/** Appends the attributes of `node` for `row`, within its limits. */
export function appendOwnedAttributes(
  target: JsonTarget,
  owners: AttributeOwners,
  row: number,
  node: JsonNode,
): void {
  const { batch, limits } = target;
  const owner = new AttributeOwner(owners.attributes, memoryOf(batch), limits);
  const leftOutCount = appendJsonAttributes(target, owner, nodesField(node, "attributes"));
  owners.droppedAttributesCounts[row] = droppedCount(node, leftOutCount);
}

/** Appends one value as a row. */
export function appendJsonValue(
  { texts, batch, limits }: JsonTarget,
  rows: AttributeColumns,
  key: number,
  value: AttributeValue,
): void {
  switch (typeof value) {
    case "string":
      texts.push(rows, key, value, limits.losses);
      return;
    case "boolean":
      rows.push(key, AttributeType.bool, value ? 1 : 0, 0);
      return;
    case "bigint":
      words.setBigInt64(0, value, true);
      rows.push(key, AttributeType.int, words.getInt32(0, true), words.getInt32(4, true));
      return;
    case "number":
      words.setFloat64(0, value, true);
      rows.push(key, AttributeType.double, words.getInt32(0, true), words.getInt32(4, true));
      return;
    default:
  }
  if (value === null) {
    rows.push(key, AttributeType.empty, 0, 0);
    return;
  }
  const isBytes = value instanceof Uint8Array;
  const bytes = isBytes ? value : encoder.encode(JSON.stringify(toAnyValue(value)));
  const offset = batch.heap.appendBytes(bytes);
  rows.push(key, isBytes ? AttributeType.bytes : AttributeType.nested, offset, bytes.length);
}

/** The number of an enum value; -1 for a name that is not known, 0 when absent. */
export function enumNumber(value: string | number | undefined, names: readonly string[]): number {
  return typeof value === "string" ? names.indexOf(value) : (value ?? 0);
}
