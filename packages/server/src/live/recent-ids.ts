/**
 * Remembers the newest ids that it was given: at most `countMax`, at least half as many.
 *
 * Two sets that take turns, because a set that lets go of its oldest entry each time it takes a new
 * one walks over all those that it let go of before.
 */
export class RecentIds {
  readonly #generationMax: number;
  #newer = new Set<string>();
  #older: ReadonlySet<string> = new Set();

  constructor(countMax: number) {
    this.#generationMax = Math.ceil(countMax / 2);
  }

  /** Whether `id` is remembered. */
  has(id: string): boolean {
    return this.#newer.has(id) || this.#older.has(id);
  }

  /** Remembers `id`. */
  add(id: string): void {
    this.#newer.add(id);
    if (this.#newer.size < this.#generationMax) return;
    this.#older = this.#newer;
    this.#newer = new Set();
  }
}
