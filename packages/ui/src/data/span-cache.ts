/*
 * The spans of a large trace that somebody looked at: read when their rows come into sight.
 *
 * 1. `want` says which spans are in sight. Those that are not here are asked for in one request, a
 *    moment later, so that scrolling past a hundred rows is not a hundred requests.
 * 2. When the sight has moved on before the answer came, the request is cancelled.
 * 3. Of more than {@link SPANS_KEPT_MAX} spans, those that came first are let go of.
 */
import type { Span } from "@spoor/trace";

/** Waits until scrolling pauses; shorter than anybody notices. */
const WANT_DELAY_MS = 40;
/** Some 10 MB. A screen shows fifty. */
const SPANS_KEPT_MAX = 5_000;
/** Rows in sight, the selected one, and those that the verdict names; the server gives 1,000. */
const REQUEST_SPANS_MAX = 200;

/** Who needs spans, the most urgent first. */
const NEEDS = ["selection", "verdict", "lines"] as const;

/** Who needs spans. */
export type SpanNeed = (typeof NEEDS)[number];

/** Reads spans by id. */
export type ReadSpans = (
  spanIds: readonly string[],
  signal: AbortSignal,
) => Promise<readonly Span[]>;

/** Spans by id; an id that several spans share has several. */
export class SpanCache {
  readonly #read: ReadSpans | undefined;
  readonly #spans = new Map<string, readonly Span[]>();
  readonly #listeners = new Set<() => void>();
  /** What is needed now, by who needs it. */
  readonly #needs = new Map<SpanNeed, readonly string[]>();
  #wanted: ReadonlySet<string> = new Set();
  #asked: ReadonlySet<string> = new Set();
  #abort: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #version = 0;
  #problem: unknown;

  /** @param read undefined when all there is is `known` */
  constructor(known: readonly Span[], read?: ReadSpans) {
    this.#read = read;
    this.#keep(known, []);
  }

  /** Whether every span of the trace is here. */
  get isWhole(): boolean {
    return this.#read === undefined;
  }

  /** Changes whenever spans came. */
  get version(): number {
    return this.#version;
  }

  /** Why the last request failed; undefined when it did not. */
  get problem(): unknown {
    return this.#problem;
  }

  /** How many spans are here. */
  get size(): number {
    return this.#spans.size;
  }

  /** The spans with this id that are here; undefined when nobody asked yet. */
  get(spanId: string): readonly Span[] | undefined {
    return this.#spans.get(spanId);
  }

  /** All ids that are here. */
  ids(): Iterable<string> {
    return this.#spans.keys();
  }

  /** Everything that is here, in the order in which it came. */
  all(): readonly Span[] {
    return [...this.#spans.values()].flat();
  }

  /** Says which spans `need` needs now, instead of those before. */
  want(need: SpanNeed, spanIds: readonly string[]): void {
    if (this.#read === undefined) return;
    this.#needs.set(need, spanIds);
    this.#review();
  }

  #review(): void {
    const needed = NEEDS.flatMap((need) => this.#needs.get(need) ?? []);
    this.#wanted = new Set(needed.filter((id) => !this.#spans.has(id)));
    const isAskedInVain = this.#asked.size > 0 && this.#wanted.isDisjointFrom(this.#asked);
    if (isAskedInVain) this.#cancel();
    if (this.#wanted.difference(this.#asked).size === 0) return;
    this.#timer ??= setTimeout(() => void this.#ask(this.#read), WANT_DELAY_MS);
  }

  /** Calls `listener` whenever spans came, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Ends the request that is under way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#needs.clear();
    this.#wanted = new Set();
    this.#cancel();
  }

  async #ask(read: ReadSpans | undefined): Promise<void> {
    this.#timer = undefined;
    // One at a time: what is wanted when the answer comes is asked for then.
    if (read === undefined || this.#asked.size > 0) return;
    const ids = [...this.#wanted].slice(0, REQUEST_SPANS_MAX);
    if (ids.length === 0) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#asked = new Set(ids);
    try {
      const spans = await read(ids, abort.signal);
      if (abort.signal.aborted) return;
      this.#problem = undefined;
      this.#keep(spans, ids);
    } catch (error) {
      if (abort.signal.aborted) return;
      // Not asked for again until somebody moves, or a server that is gone would be flooded.
      this.#problem = error;
      this.#asked = new Set();
      this.#tell();
      return;
    }
    this.#asked = new Set();
    this.#tell();
    this.#review();
  }

  #cancel(): void {
    this.#abort?.abort();
    this.#asked = new Set();
  }

  #keep(spans: readonly Span[], asked: readonly string[]): void {
    // An id without a span is remembered too, or it would be asked for again and again.
    for (const id of asked) this.#spans.set(id, []);
    for (const [id, same] of Map.groupBy(spans, ({ spanId }) => spanId)) this.#spans.set(id, same);
    if (this.#read === undefined) return;
    for (const id of this.#spans.keys()) {
      if (this.#spans.size <= SPANS_KEPT_MAX) break;
      this.#spans.delete(id);
    }
  }

  #tell(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
