import {
  type Clock,
  type Finding,
  inflight,
  type InflightAnswer,
  type LossLedger,
  type OpenSpan,
  type ReportingInstance,
  type SenderLoss,
} from "@spoor/trace";
import type { TraceStore } from "@spoor/store";
import {
  INFLIGHT_COST_FACTOR,
  INFLIGHT_GATHER_MS,
  INFLIGHT_INTERVAL_MS,
  INFLIGHT_REQUESTS_MAX,
  STREAM_STATUS_MS,
} from "../base/limits.ts";
import type { LiveNews, Reporter } from "./live-news.ts";
import { LiveSpans } from "./live-spans.ts";
import { SenderReports } from "./sender-reports.ts";
import { UsualRequests } from "./usual-requests.ts";

/** Gets everything that hangs. */
export type InflightListener = (answer: InflightAnswer) => void;

/**
 * The present: open spans, who reports them, findings and losses of senders; and tells those who
 * watch when it changes. Nothing of it outlives the process: senders repeat themselves.
 */
export class Live {
  readonly #clock: Clock;
  readonly #spans: LiveSpans;
  readonly #reports: SenderReports;
  readonly #usual: UsualRequests;
  readonly #listeners = new Set<InflightListener>();
  #timer: NodeJS.Timeout | undefined;
  #timerMs = 0;
  #pausedUntilMs = 0;
  /** What the newest answer took. */
  #costMs = 0;

  constructor(parts: {
    readonly clock: Clock;
    readonly ledger: LossLedger;
    readonly store: Pick<TraceStore, "readOperationStats">;
  }) {
    this.#clock = parts.clock;
    this.#usual = new UsualRequests(parts);
    this.#spans = new LiveSpans(parts);
    this.#reports = new SenderReports(parts.ledger);
  }

  /** Takes in what an acknowledged request said; `senders` are those of its spans. */
  take(news: LiveNews, senders: readonly Reporter[]): void {
    const hasChanged = this.#spans.take(news, senders);
    this.#reports.take(news.items);
    if (hasChanged) this.#publishSoon();
  }

  /**
   * Everything that hangs, under who holds it up, once it is known how long the open requests
   * usually take.
   */
  async inflight(): Promise<InflightAnswer> {
    const first = this.#inflightNow();
    return (await this.#usual.learned()) ? this.#inflightNow() : first;
  }

  /** By what is known now. Cost: linear in the open spans. */
  #inflightNow(): InflightAnswer {
    const startMs = this.#clock.monotonicMs();
    const nowUnixNano = this.#clock.nowUnixNano();
    const open = this.#spans.openSpans();
    const instances = this.#spans.instances();
    const { unlistedSpanCount } = this.#spans;
    const found = inflight(open, {
      nowUnixNano,
      instances,
      requestLimit: INFLIGHT_REQUESTS_MAX,
      shorterShareOf: (span) => this.#usual.shorterShare(span),
    });
    const isCut = found.groups.some(({ requests, requestCount }) => requests.length < requestCount);
    this.#costMs = this.#clock.monotonicMs() - startMs;
    return {
      ...found,
      nowUnixNano: nowUnixNano.toString(),
      complete: !isCut && unlistedSpanCount === 0,
      openSpanCount: open.length,
      unlistedSpanCount,
      instances,
    };
  }

  /** All open spans, in no order. */
  openSpans(): OpenSpan[] {
    return this.#spans.openSpans();
  }

  /** Traces with open spans whose id begins so, in ascending order. */
  traceIdsWith(prefix: string): string[] {
    const ids = this.#spans.openSpans().map(({ traceId }) => traceId);
    return [...new Set(ids)].filter((id) => id.startsWith(prefix)).toSorted();
  }

  /** What processes found wrong with their tracing. */
  findings(): Finding[] {
    return this.#reports.findings();
  }

  /** What processes lost before they could send it. */
  senderLosses(): SenderLoss[] {
    return this.#reports.losses();
  }

  /** Who reports, who has fallen silent, and who only sends spans. */
  instances(): ReportingInstance[] {
    return this.#spans.instances();
  }

  /** Calls `listener` soon and with every change, until the returned function is called. */
  subscribe(listener: InflightListener): () => void {
    this.#listeners.add(listener);
    void this.#tell([listener]);
    return () => this.#listeners.delete(listener);
  }

  /** Stops telling. */
  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  /** The first change after a while is told at once, those that follow it together. */
  #publishSoon(): void {
    const pauseMs = this.#pausedUntilMs - this.#clock.monotonicMs();
    this.#publishIn(Math.max(INFLIGHT_GATHER_MS, pauseMs));
  }

  /** At most so late; one publication serves all changes until then. */
  #publishIn(delayMs: number): void {
    if (this.#listeners.size === 0) return;
    const dueMs = this.#clock.monotonicMs() + delayMs;
    if (this.#timer !== undefined && this.#timerMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = dueMs;
    this.#timer = setTimeout(() => this.#publish(), delayMs);
  }

  #publish(): void {
    this.#timer = undefined;
    void this.#tell(this.#listeners);
  }

  async #tell(listeners: Iterable<InflightListener>): Promise<void> {
    if (this.#listeners.size === 0) return;
    const answer = await this.inflight();
    const pauseMs = Math.max(INFLIGHT_INTERVAL_MS, this.#costMs * INFLIGHT_COST_FACTOR);
    this.#pausedUntilMs = this.#clock.monotonicMs() + pauseMs;
    for (const listener of listeners) if (this.#listeners.has(listener)) listener(answer);
    this.#keepWatching(answer);
  }

  /** Silence is a change that no message brings. */
  #keepWatching({ instances }: InflightAnswer): void {
    if (instances.length > 0) this.#publishIn(STREAM_STATUS_MS);
  }
}
