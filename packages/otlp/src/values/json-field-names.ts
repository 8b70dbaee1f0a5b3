import { StringTable } from "@spoor/trace";
import { snakeCase } from "./json-fields.ts";

/**
 * The names of the fields of one message, looked up by their bytes. The field that came after the
 * last one before is compared first: exporters write fields in one order.
 */
export class JsonFieldNames {
  /** What is returned for a field that is known, in a spelling that is not the usual one. */
  readonly other: number = -2;
  readonly #table = new StringTable();
  readonly #count: number;
  /** By the index of a field plus one, the index of the one after it, plus one. */
  readonly #next: Uint8Array;
  #last = 0;

  /** At most 31, so that a bit of a word stands for each. */
  constructor(names: readonly string[]) {
    for (const name of names) this.#table.internText(name);
    this.#count = this.#table.count;
    for (const name of names) this.#table.internText(snakeCase(name));
    this.#next = new Uint8Array(this.#count);
  }

  /** The index of a name in the list; `other`, or -1 when it is not known. */
  indexOf(view: DataView, start: number, length: number): number {
    const guess = this.#next[this.#last] ?? 0;
    let id = guess;
    if (guess === 0 || !this.#table.matches(guess, view, start, length)) {
      id = length === 0 ? 0 : this.#table.find(view, start, length);
      if (id === 0) return -1;
      if (id >= this.#count) return this.other;
      this.#next[this.#last] = id;
    }
    this.#last = id;
    return id - 1;
  }
}
