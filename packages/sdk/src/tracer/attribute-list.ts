import { cutStored } from "./cut-value.ts";
import { type StoredValue, storedValue } from "../base/attribute-value.ts";
import type { TracerCounts } from "./tracer-counts.ts";

/** What an owner of attributes may hold, and where losses are counted. */
export interface AttributeRules {
  readonly countMax: number;
  readonly valueLengthMax: number;
  readonly counts: TracerCounts;
}

/**
 * The attributes of a span, an event or a link, in the order in which they were first set.
 *
 * Two arrays: a look-up compares a few pointers, which for the usual dozen of keys is faster than
 * a map, and takes a third of its memory.
 */
export class AttributeList {
  keys: string[] = [];
  values: StoredValue[] = [];
  /** Attributes that were not kept: too many, or of a kind that cannot be sent. */
  droppedCount = 0;
  /** Keys whose values were cut, with the bytes that each had. */
  cuts: Map<string, number> | undefined = undefined;

  /** All of `attributes`, which become the first of this list. */
  static of(attributes: object, rules: AttributeRules): AttributeList {
    const list = new AttributeList();
    // Whatever it is, its own keys can be read.
    const record = attributes as Readonly<Record<string, unknown>>;
    const keys = Object.keys(record);
    // Both at once: reading each value by its key is slow where attributes have many shapes.
    const values = Object.values(record);
    const isPlain = keys.length === values.length && arePlain(keys, values, rules);
    if (isPlain) {
      list.keys = keys;
      list.values = values;
    } else {
      for (const key of keys) list.#add(key, record[key], rules);
    }
    return list;
  }

  /** Sets one attribute. A value of undefined is as if nothing had been said. */
  set(key: string, value: unknown, rules: AttributeRules): void {
    const index = this.keys.indexOf(key);
    if (index < 0) {
      this.#add(key, value, rules);
      return;
    }
    if (value === undefined) return;
    const stored = this.#checked(key, value, rules);
    if (stored !== undefined) this.values[index] = stored;
  }

  /** The attributes as an object, for those who read spans. */
  toObject(): { [key: string]: StoredValue } {
    return Object.fromEntries(this.keys.map((key, index) => [key, this.values[index] ?? null]));
  }

  #add(key: string, value: unknown, rules: AttributeRules): void {
    if (value === undefined) return;
    if (this.keys.length >= rules.countMax) {
      this.droppedCount += 1;
      rules.counts.losses.count("attribute_count");
      return;
    }
    const stored = this.#checked(key, value, rules);
    if (stored === undefined) return;
    this.keys.push(key);
    this.values.push(stored);
  }

  #checked(key: string, value: unknown, rules: AttributeRules): StoredValue | undefined {
    const stored = key === "" || typeof key !== "string" ? undefined : storedValue(value);
    if (stored === undefined) {
      this.droppedCount += 1;
      rules.counts.losses.count("attribute_value_unsupported");
      return undefined;
    }
    this.cuts?.delete(key);
    if (rules.valueLengthMax === Number.POSITIVE_INFINITY) return stored;
    const cut = cutStored(stored, rules.valueLengthMax);
    if (cut === undefined) return stored;
    this.cuts ??= new Map();
    this.cuts.set(key, cut.originalBytes);
    rules.counts.losses.count("attribute_value_cut");
    rules.counts.attributesCut += 1;
    rules.counts.onValueCut?.(key, stored);
    return cut.value;
  }
}

/**
 * Whether these are texts and numbers that need no more checks, which is all there is on most
 * spans: then the two arrays are the list, of exactly the right size.
 */
function arePlain(
  keys: readonly string[],
  values: readonly unknown[],
  { countMax, valueLengthMax }: AttributeRules,
): values is StoredValue[] {
  if (keys.length > countMax) return false;
  for (let index = 0; index < keys.length; index += 1) {
    const value = values[index];
    const isShortText = typeof value === "string" && value.length <= valueLengthMax;
    const isPlain = isShortText || typeof value === "number" || typeof value === "boolean";
    if (!isPlain || keys[index] === "") return false;
  }
  return true;
}
