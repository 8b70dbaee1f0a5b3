import { type LossEntry, LossLedger, StringTable } from "@spoor/trace";
import type { RequestLimits } from "./request-limits.ts";
import type { ByteRange } from "./text.ts";

interface SharedRow {
  readonly index: number;
  /** What was not kept of it; counted again for each request that sends it. */
  readonly losses: readonly LossEntry[];
}

/**
 * Resources or scopes of one batch, each distinct one kept and decoded once.
 *
 * Senders repeat theirs byte for byte in every request, so it is looked up by its bytes first. What
 * differs in bytes alone (field order, protobuf against JSON) is brought together by its canonical
 * JSON text.
 */
export class SharedRows<T> {
  readonly #rows: T[];
  readonly #canonical: (item: T) => unknown;
  readonly #indexOfText = new Map<string, number>();
  readonly #raw = new StringTable();
  readonly #rowOfRaw = new Map<number, SharedRow>();

  /** `rows` is appended to; `canonical` gives the JSON document of an item. */
  constructor(rows: T[], canonical: (item: T) => unknown) {
    this.#rows = rows;
    this.#canonical = canonical;
    for (const [index, item] of rows.entries()) {
      this.#indexOfText.set(JSON.stringify(canonical(item)), index);
    }
  }

  /** The index of an item equal to `item`, which is appended when there is none. */
  indexOf(item: T): number {
    const text = JSON.stringify(this.#canonical(item));
    const known = this.#indexOfText.get(text);
    if (known !== undefined) return known;
    const index = this.#rows.length;
    this.#rows.push(item);
    this.#indexOfText.set(text, index);
    return index;
  }

  /**
   * The index of the item in `raw` and the schema URL beside it; `decode` is called only when
   * these bytes are new.
   */
  indexOfRaw(
    raw: ByteRange,
    schemaUrl: { readonly id: number; readonly limits: RequestLimits },
    decode: () => T,
  ): number {
    const rawId = this.#raw.intern(raw.view, raw.start, raw.length);
    // Exact up to 2^21 distinct messages in a batch, far above the spans that a batch holds.
    const key = rawId * 0x1_0000_0000 + schemaUrl.id;
    let row = this.#rowOfRaw.get(key);
    if (row === undefined) {
      const { limits } = schemaUrl;
      const { losses } = limits;
      limits.losses = new LossLedger();
      row = { index: this.indexOf(decode()), losses: limits.losses.entries() };
      limits.losses = losses;
      this.#rowOfRaw.set(key, row);
    }
    schemaUrl.limits.losses.add(row.losses);
    return row.index;
  }
}
