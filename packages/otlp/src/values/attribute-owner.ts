/*
 * The attributes of one span, event, link or log record while they are scanned: how many there may
 * be, which of them repeat a key, what was cut. One object for each kind of owner serves all owners
 * of a request, because an object for each of them would be garbage.
 *
 * Repeated keys: OTLP forbids them and leaves open what a receiver does. The first one counts, as
 * in every answer of the store; the others are left out and counted. Looking for them costs nothing
 * where the keys are those of a template, which has none.
 */
import type { AttributeColumns } from "@spoor/trace";
import type { BatchMemory, Templates } from "./batch-memory.ts";
import { appendCutMarks } from "./cut-marks.ts";
import type { Cuts, RequestLimits } from "./request-limits.ts";

/** See the head of this file. */
export class AttributeOwner {
  readonly rows: AttributeColumns;
  /** The row whose key and text are compared with those of the next attribute. */
  template: number = 0;
  /** Where the rows end that may be compared. */
  templateEnd: number = 0;
  /** Whether a key was not that of the template. */
  hasOtherKeys: boolean = false;
  /** What was cut of this owner; undefined while nothing was. */
  cuts: Cuts | undefined;
  /** Where the rows of this owner start. */
  start: number = 0;
  /** Where they end; those that say what was cut come after it. */
  end: number = 0;
  readonly #memory: BatchMemory;
  readonly #limits: RequestLimits;
  #leftOutCount = 0;

  constructor(rows: AttributeColumns, memory: BatchMemory, limits: RequestLimits) {
    this.rows = rows;
    this.#memory = memory;
    this.#limits = limits;
  }

  /** A new owner, whose attributes may be those of the owner before it. */
  begin(): void {
    this.template = this.start;
    this.templateEnd = this.end;
    this.start = this.rows.count;
    this.hasOtherKeys = false;
    this.cuts = undefined;
    this.#leftOutCount = 0;
  }

  /** From now on the attributes may be those of the last owner of this name. */
  follow(templates: Templates, name: number): void {
    // What came before the name was compared with something else.
    if (this.rows.count > this.start) this.hasOtherKeys = true;
    this.template = templates.startOf(name);
    this.templateEnd = templates.endOf(name);
  }

  /** The owner before the next one was taken back. */
  forget(): void {
    this.end = 0;
  }

  /** Whether the owner has as many attributes as it may. */
  get isFull(): boolean {
    return this.rows.count - this.start >= this.#limits.limits.attributeCountMax;
  }

  /** Counts an attribute that is one too many. */
  leaveOut(): void {
    this.#limits.losses.count("attribute_count");
    this.#leftOutCount += 1;
  }

  /** Ends the owner. Returns how many of its attributes were left out. */
  finish(): number {
    if (this.hasOtherKeys) this.#leaveOutRepeated();
    this.end = this.rows.count;
    if (this.cuts !== undefined) appendCutMarks(this.#memory.batch, this.rows, this.cuts);
    return this.#leftOutCount;
  }

  #leaveOutRepeated(): void {
    const { rows, start } = this;
    const { count } = rows;
    const seen = this.#memory.startKeys();
    let kept = start;
    for (let row = start; row < count; row += 1) {
      if (!seen.add(rows.keys[row] ?? 0)) continue;
      if (kept < row) rows.copyRow(row, kept);
      kept += 1;
    }
    if (kept === count) return;
    rows.count = kept;
    this.#limits.losses.count("attribute_repeated", count - kept);
    this.#leftOutCount += count - kept;
  }
}
