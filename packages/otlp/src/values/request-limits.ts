/*
 * How much one request may hold, and what is left of what is longer.
 *
 * 1. Rows. An empty event takes 2 bytes on the wire and 20 in columns, a link 40, an envelope some
 *    300 of short-lived objects: 64 MiB of them would take more than a gigabyte. Whatever takes a
 *    row, or work without one, is counted, and a request beyond the limit is refused as a whole.
 * 2. Attributes. Values and keys that are too long are cut, on a border between characters, and
 *    marked with their length; attributes beyond the number that one owner may have are left out
 *    and added to its droppedAttributesCount, which is what that field is for.
 */
import { type DecodeLimits, LossLedger } from "@spoor/trace";
import { MalformedInput } from "../protobuf/malformed.ts";

/** What was cut of one owner: keys with the number of bytes that the sender sent. */
export class Cuts {
  readonly values: Map<string, number> = new Map();
  readonly keys: Map<string, number> = new Map();
}

/** A tag and a length of zero in protobuf, `{}` in JSON. */
const ROW_BYTES_MIN = 2;

/** Holds one request to its limits. */
export class RequestLimits {
  readonly limits: DecodeLimits;
  /** Where what is not kept is counted: that of the resource being read. */
  losses: LossLedger = new LossLedger();
  readonly #heldCount: () => number;
  readonly #heldCountBefore: number;
  readonly #canReachLimit: boolean;
  #spentCount = 0;

  /**
   * `heldCount` tells the rows of all kinds in the batch. Whatever is charged takes two bytes of
   * the body at least, so that a small body cannot reach the limit and is not asked.
   */
  constructor(limits: DecodeLimits, heldCount: () => number, bodyBytes: number) {
    this.limits = limits;
    this.#canReachLimit = bodyBytes / ROW_BYTES_MIN > limits.rowCountMax;
    this.#heldCount = heldCount;
    this.#heldCountBefore = heldCount();
  }

  /** Charges for something that takes no row: an envelope, a value inside a list. */
  spend(): void {
    this.#spentCount += 1;
    this.check();
  }

  /** @throws MalformedInput when the request has more rows than it may. */
  check(): void {
    if (this.#canReachLimit) this.#check();
  }

  #check(): void {
    const count = this.#heldCount() - this.#heldCountBefore + this.#spentCount;
    if (count > this.limits.rowCountMax) this.fail();
  }

  /** @throws MalformedInput always. */
  fail(): never {
    throw new MalformedInput(
      "the request has more rows (spans, log records, attributes, events, links) than it may; " +
        `the limit is ${this.limits.rowCountMax}: send smaller batches`,
      { isOverLimit: true },
    );
  }

  /** Counts and marks a value that is cut. */
  cutValue(key: string, originalBytes: number, cuts: Cuts): void {
    this.losses.count("attribute_value_cut");
    cuts.values.set(key, originalBytes);
  }

  /** Counts and marks a key that is cut; `key` is what is left of it. */
  cutKey(key: string, originalBytes: number, cuts: Cuts): void {
    this.losses.count("attribute_key_cut");
    cuts.keys.set(key, originalBytes);
  }
}
