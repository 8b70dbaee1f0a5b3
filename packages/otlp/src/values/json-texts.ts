import { type AttributeColumns, type LossLedger, type StringTable, viewOf } from "@spoor/trace";
import type { BatchMemory } from "./batch-memory.ts";
import { TextScratch } from "./text.ts";

/**
 * The texts of one JSON request. Ids of texts that were interned are remembered by the string
 * itself, so that only new ones are encoded and hashed as bytes.
 */
export class JsonTexts {
  readonly #memory: BatchMemory;
  readonly #strings: StringTable;
  readonly #idOfText = new Map<string, number>([["", 0]]);
  readonly #scratch = new TextScratch();

  constructor(memory: BatchMemory) {
    this.#memory = memory;
    this.#strings = memory.batch.strings;
  }

  /** The id of a text; lone surrogates are replaced and counted. */
  intern(text: string, losses: LossLedger): number {
    const known = this.#idOfText.get(text);
    if (known !== undefined) return known;
    const length = this.#scratch.encode(text);
    const id = this.#strings.intern(viewOf(this.#scratch.bytes), 0, length);
    if (text.isWellFormed()) this.#idOfText.set(text, id);
    else losses.count("text_not_utf8");
    return id;
  }

  /** Appends a text attribute without lone surrogates; see {@link BatchMemory.pushText}. */
  push(rows: AttributeColumns, key: number, text: string, losses: LossLedger): void {
    if (!this.#memory.isInline(key)) {
      const countBefore = this.#strings.count;
      this.#memory.pushInterned(rows, key, this.intern(text, losses), countBefore);
      return;
    }
    const length = this.#scratch.encode(text);
    this.#memory.pushInline(rows, key, viewOf(this.#scratch.bytes), 0, length);
  }
}
