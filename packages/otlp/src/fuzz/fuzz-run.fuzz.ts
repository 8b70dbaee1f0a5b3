/*
 * Cases of fuzzing, numbered: the same seed and number give the same case, so that one that failed
 * can be run again alone.
 */
import { DECODE_LIMITS } from "@spoor/trace";
import { FUZZ_TARGETS, type FuzzTarget, TIGHT_LIMITS } from "./fuzz-target.fuzz.ts";
import { mutated, Random } from "./mutate.fuzz.ts";

/** What came of the cases of one decoder. */
export interface FuzzTally {
  caseCount: number;
  acceptedCount: number;
  /** The longest case. */
  msMax: number;
}

/** Bodies to damage are made anew after this many cases. */
const CASES_PER_CORPUS = 20_000;
const CORPUS_SIZE = 20;

/** A case that takes this long hangs: the usual one takes less than a tenth of a millisecond. */
export const CASE_MS_MAX = 5_000;

/** Runs numbered cases of every decoder in turn. */
export class FuzzRun {
  readonly tallies: ReadonlyMap<string, FuzzTally>;
  readonly #seed: number;
  #corpusNumber = -1;
  #corpora: readonly (readonly Uint8Array[])[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.tallies = new Map(
      FUZZ_TARGETS.map(({ name }) => [name, { caseCount: 0, acceptedCount: 0, msMax: 0 }]),
    );
  }

  /** @throws an error that names the case, with what went wrong as its cause. */
  run(number: number): void {
    this.#fillCorpora(Math.floor(number / CASES_PER_CORPUS));
    const index = number % FUZZ_TARGETS.length;
    const target = FUZZ_TARGETS[index];
    const corpus = this.#corpora[index] ?? [];
    if (target === undefined) return;
    const random = new Random(this.#seed * 1_000_003 + number);
    const body = corpus[random.below(corpus.length)] ?? new Uint8Array();
    const other = corpus[random.below(corpus.length)] ?? body;
    this.#decode(target, mutated(body, other, random), {
      isTight: random.below(4) === 0,
      number,
    });
  }

  #decode(
    { name, decode }: FuzzTarget,
    body: Uint8Array,
    { isTight, number }: { readonly isTight: boolean; readonly number: number },
  ): void {
    const tally = this.tallies.get(name);
    const started = process.hrtime.bigint();
    try {
      const isAccepted = decode(body, isTight ? TIGHT_LIMITS : DECODE_LIMITS);
      const ms = Number(process.hrtime.bigint() - started) / 1e6;
      if (tally === undefined) return;
      tally.caseCount += 1;
      if (isAccepted) tally.acceptedCount += 1;
      tally.msMax = Math.max(tally.msMax, ms);
    } catch (cause) {
      const bytes = Buffer.from(body).toString("base64");
      throw new Error(`${name} failed, seed ${this.#seed}, case ${number}: ${bytes}`, { cause });
    }
  }

  #fillCorpora(number: number): void {
    if (number === this.#corpusNumber) return;
    this.#corpusNumber = number;
    const seed = this.#seed + number;
    this.#corpora = FUZZ_TARGETS.map(({ bodies }) => bodies(seed, CORPUS_SIZE));
  }
}
