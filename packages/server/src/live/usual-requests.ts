/*
 * How long requests usually take, remembered for those that are open: whether one hangs must be
 * said at once, and the store takes a moment.
 *
 * What is not known yet is asked for when somebody wants it, and `learned` waits for the answers.
 * An answer that is old still counts until the next is here.
 */
import { type DurationHistogram, shorterShare, type TraceStore } from "@spoor/store";
import { type Clock, isSpanKind, type OpenSpan } from "@spoor/trace";
import {
  USUAL_REQUESTS_AGE_MS_MAX,
  USUAL_REQUESTS_KINDS_MAX,
  USUAL_REQUESTS_MIN,
  USUAL_REQUESTS_WINDOW_NANO,
} from "../base/limits.ts";

interface Usual {
  /** Undefined where too few have ended. */
  readonly durations: DurationHistogram | undefined;
  readonly askedMs: number;
}

/** Longer than this nobody waits to know what is usual, in ms. */
const LEARNED_WAIT_MS_MAX = 250;

/** Owns what is known of how long requests take. */
export class UsualRequests {
  readonly #clock: Clock;
  readonly #store: Pick<TraceStore, "readOperationStats">;
  readonly #usual = new Map<string, Usual>();
  readonly #asking = new Map<string, Promise<void>>();

  constructor(parts: {
    readonly clock: Clock;
    readonly store: Pick<TraceStore, "readOperationStats">;
  }) {
    this.#clock = parts.clock;
    this.#store = parts.store;
  }

  /**
   * The share of finished spans like this one that were shorter than it is open; undefined where
   * too few have ended, or nobody has asked before.
   */
  shorterShare(span: OpenSpan): number | undefined {
    const key = JSON.stringify([span.service, span.name, span.kind]);
    const known = this.#usual.get(key);
    const ageMs = this.#clock.monotonicMs() - (known?.askedMs ?? Number.NEGATIVE_INFINITY);
    if (ageMs > USUAL_REQUESTS_AGE_MS_MAX && !this.#asking.has(key)) {
      this.#asking.set(key, this.#ask(key, span));
    }
    if (known?.durations === undefined) return undefined;
    return shorterShare(known.durations, BigInt(Math.round(span.ageMs * 1e6)));
  }

  /** Waits a moment for what was asked; false when nothing was. */
  async learned(): Promise<boolean> {
    if (this.#asking.size === 0) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LEARNED_WAIT_MS_MAX);
    await Promise.race([Promise.all(this.#asking.values()), promise]);
    clearTimeout(timer);
    return true;
  }

  async #ask(key: string, span: OpenSpan): Promise<void> {
    const durations = await this.#read(span);
    this.#asking.delete(key);
    this.#remember(key, durations);
  }

  async #read({ service, name, kind }: OpenSpan): Promise<DurationHistogram | undefined> {
    const nowUnixNano = this.#clock.nowUnixNano();
    try {
      const { spanCount, durations } = await this.#store.readOperationStats({
        fromUnixNano: nowUnixNano - USUAL_REQUESTS_WINDOW_NANO,
        toUnixNano: nowUnixNano,
        service,
        name,
        ...(isSpanKind(kind) ? { kind } : {}),
      });
      return spanCount < USUAL_REQUESTS_MIN ? undefined : durations;
    } catch {
      // A store that does not answer knows of nothing usual: then everything open hangs.
      return undefined;
    }
  }

  #remember(key: string, durations: DurationHistogram | undefined): void {
    this.#usual.delete(key);
    this.#usual.set(key, { durations, askedMs: this.#clock.monotonicMs() });
    const [oldest] = this.#usual.keys();
    if (this.#usual.size > USUAL_REQUESTS_KINDS_MAX && oldest !== undefined) {
      this.#usual.delete(oldest);
    }
  }
}
