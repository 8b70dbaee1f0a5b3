/** Values of a JSON document into columns. */
import {
  type AttributeColumns,
  AttributeType,
  type AttributeValue,
  type LossLedger,
  toAnyValue,
} from "@spoor/trace";
import { decodeJsonKey, decodeJsonValue } from "./decode-json-value.ts";
import type { JsonNode } from "./json-fields.ts";
import type { JsonTexts } from "./json-texts.ts";
import type { SignalBatch } from "./signal-batch.ts";

const encoder = new TextEncoder();
const words = new DataView(new ArrayBuffer(8));

/** One request that is being appended. */
export interface JsonTarget<Batch extends SignalBatch = SignalBatch> {
  readonly texts: JsonTexts;
  readonly batch: Batch;
  readonly losses: LossLedger;
}

/** The id of a text of the document. */
export function textId({ texts, losses }: JsonTarget, text: string): number {
  return texts.intern(text, losses);
}

/** Appends KeyValues as rows. */
export function appendJsonAttributes(
  target: JsonTarget,
  rows: AttributeColumns,
  keyValues: readonly JsonNode[],
): void {
  for (const keyValue of keyValues) {
    const key = textId(target, decodeJsonKey(keyValue, target.losses));
    appendJsonValue(
      target,
      rows,
      key,
      decodeJsonValue(keyValue, "value", { depth: 0, losses: target.losses }),
    );
  }
}

/** Appends one value as a row. */
export function appendJsonValue(
  { texts, batch, losses }: JsonTarget,
  rows: AttributeColumns,
  key: number,
  value: AttributeValue,
): void {
  switch (typeof value) {
    case "string":
      texts.push(rows, key, value, losses);
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
  const offset = batch.heap.append(bytes, 0, bytes.length);
  rows.push(key, isBytes ? AttributeType.bytes : AttributeType.nested, offset, bytes.length);
}

/** The number of an enum value; -1 for a name that is not known, 0 when absent. */
export function enumNumber(value: string | number | undefined, names: readonly string[]): number {
  return typeof value === "string" ? names.indexOf(value) : (value ?? 0);
}
