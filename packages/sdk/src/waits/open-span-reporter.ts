/*
 * Reports the spans that do not end, as docs/formats/open-spans.md says.
 *
 * 1. A span is reported when it becomes overdue, then after 1, 2, 4, 8 and 15 s, and at once when
 *    its verdict changes. Its open ancestors are reported with it.
 * 2. Each tick that reports sends a snapshot: all that is overdue and the ancestors.
 * 3. Verdicts are found out while the report waits, for VERDICT_MS_MAX at most. One that comes
 *    later is a change, and reported by the next tick.
 * 4. What a span waited for stays on it as an event, so that a finished trace tells it, too.
 */
import { ServerResponse } from "node:http";
import {
  OPEN_SPANS_LISTED_MAX,
  type OpenSpanReport,
  QUIET_REPORT_DELAY_MS,
  type Report,
  reportDelayMs,
  type SnapshotReport,
  toReportRecord,
  type WaitReport,
  waitSentence,
  waitToAttributes,
} from "@spoor/trace";
import type { SenderEvent } from "../base/sender-event.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { keepOnSpan, traceAttributes } from "./kept-waits.ts";
import { ASK_AGAIN_MS, LOOP_BLOCKED_MS, VERDICT_MS_MAX } from "./limits.ts";
import type { WatchOptions } from "./watch-options.ts";
import { overdueSpans, type ToldSpan } from "./overdue-spans.ts";
import type { BlockedAnswer } from "./loop-message.ts";
import { explainBlockedLoop } from "./loop-waits.ts";
import type { BlockedLoop } from "./loop-watch.ts";
import { Verdicts } from "./verdicts.ts";

const SCOPE_NAME = "spoor";

interface Told {
  seq: number;
  /** Monotonic, in ms. */
  dueMs: number;
  wait: WaitReport | undefined;
  /** When to ask again although no report is due, because asking failed; monotonic, in ms. */
  askAgainMs: number;
  /** What of the wait has been reported; a new verdict is reported when this differs. */
  reportedKey: string;
  eventCount: number;
  /** Kept, because an ended span lets go of it. */
  readonly subject: object | undefined;
  /** Whoever asked for this work, or for what it is part of, has gone. */
  isCallerGone: boolean;
}

/** Reports for one process. */
export class OpenSpanReporter {
  readonly #options: WatchOptions;
  readonly #verdicts: Verdicts;
  /** By span id. */
  readonly #told = new Map<string, Told>();
  #snapshot = 0;
  #snapshotDueMs = 0;
  /** How many spans the last snapshot told. */
  #listedCount = 0;
  #hasChanged = false;
  /** Spans that ended because their caller had gone, while work below them went on. */
  readonly #abandoned = new Set<string>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#verdicts = new Verdicts(options);
  }

  /** Whether there is something to say although nothing is overdue now. */
  isDue(nowMs: number): boolean {
    return this.#listedCount > 0 || nowMs >= this.#snapshotDueMs;
  }

  /** Reports what is due. */
  async tick(): Promise<void> {
    const { spans, clock } = this.#options;
    const overdue = overdueSpans(spans.openSpans(), this.#options);
    this.#forgetEnded(overdue);
    const nowMs = clock.monotonicMs();
    const dueMs = (told: ToldSpan): number => this.#told.get(told.span.spanId)?.dueMs ?? 0;
    const due = overdue.filter((one) => dueMs(one) <= nowMs);
    const asked = overdue.filter(
      (one) =>
        dueMs(one) <= nowMs || (this.#told.get(one.span.spanId)?.askAgainMs ?? Infinity) <= nowMs,
    );
    if (asked.length > 0) await this.#findVerdicts(asked);
    this.#verdicts.rest(overdue.length > 0);
    const isClosing = overdue.length === 0 && this.#listedCount > 0;
    const isChanged = this.#hasChanged;
    if (due.length === 0 && !isChanged && !isClosing && nowMs < this.#snapshotDueMs) return;
    this.#hasChanged = false;
    // Some may have ended while their verdicts were found.
    const open = new Set(Array.from(spans.openSpans(), ({ spanId }) => spanId));
    const still = overdue.filter(({ span }) => open.has(span.spanId));
    const reported = still.filter((one) => dueMs(one) <= nowMs || this.#isChanged(one.span));
    this.#send(still, reported);
  }

  /** Reports every open span, overdue or not: the process may end now. */
  tellAll(): void {
    const thresholds = {
      ...this.#options,
      thresholdMs: 0,
      thresholdsMs: new Map<string, number>(),
    };
    const all = overdueSpans(this.#options.spans.openSpans(), thresholds);
    const isOverdue = new Set(
      overdueSpans(this.#options.spans.openSpans(), this.#options).map(({ span }) => span),
    );
    const told = all.map(({ span, isLeaf }) => ({ span, isLeaf, isOverdue: isOverdue.has(span) }));
    this.#send(told, told);
  }

  /**
   * What is overdue while the event loop is blocked, for somebody else to send. Called in the
   * middle of the code that blocks it.
   */
  tellBlocked(blocked: BlockedLoop): BlockedAnswer {
    const { clock, spans } = this.#options;
    const overdue = overdueSpans(spans.openSpans(), this.#options);
    for (const { span, isLeaf, isOverdue } of overdue) {
      if (!isLeaf || !isOverdue) continue;
      const wait = explainBlockedLoop(span, blocked, clock);
      if (wait === undefined) return { events: [], nextMs: LOOP_BLOCKED_MS };
      this.#note(span, wait);
      // When the event loop goes on, it waits for something else, or for nothing.
      this.#toldOf(span).askAgainMs = 0;
    }
    if (overdue.length === 0 || blocked.isReturning) {
      return { events: [], nextMs: LOOP_BLOCKED_MS };
    }
    const nowMs = clock.monotonicMs();
    const isDue = ({ span }: ToldSpan): boolean =>
      (this.#told.get(span.spanId)?.dueMs ?? 0) <= nowMs || this.#isChanged(span);
    const events = this.#eventsOf(overdue, overdue.filter(isDue));
    return { events, nextMs: this.#snapshotDueMs - nowMs };
  }

  async close(): Promise<void> {
    await this.#verdicts.close();
  }

  #forgetEnded(overdue: readonly ToldSpan[]): void {
    const open = new Set(overdue.map(({ span }) => span.spanId));
    for (const [spanId, told] of this.#told) {
      if (open.has(spanId)) continue;
      if (told.isCallerGone || isAbandoned(told.subject)) this.#abandoned.add(spanId);
      this.#told.delete(spanId);
    }
    if (open.size === 0) this.#abandoned.clear();
    if (this.#abandoned.size === 0) return;
    for (const { span } of overdue) {
      const told = this.#told.get(span.spanId);
      if (told === undefined || told.isCallerGone) continue;
      if (!this.#abandoned.has(span.parentSpanId)) continue;
      told.isCallerGone = true;
      told.dueMs = 0;
    }
  }

  async #findVerdicts(asked: readonly ToldSpan[]): Promise<void> {
    const leaves = asked.filter(({ isLeaf, isOverdue }) => isLeaf && isOverdue);
    if (leaves.length === 0) return;
    const found = this.#verdicts.find(
      leaves.map(({ span }) => span),
      {
        note: (span, wait) => this.#note(span, wait),
        noteTurn: (span, wait, { isLate }) => this.#noteTurn(span, wait, isLate),
      },
    );
    await Promise.race([found, unrefDelay(VERDICT_MS_MAX)]);
  }

  #note(span: OpenSpan, wait: WaitReport): void {
    const told = this.#toldOf(span);
    told.wait = wait;
    // A database that is busy itself may answer the next time, and whether anything can end the
    // span shows when memory is collected.
    told.askAgainMs =
      wait.kind === "unknown" ? this.#options.clock.monotonicMs() + ASK_AGAIN_MS : Infinity;
    if (told.seq > 0 && this.#isChanged(span)) this.#hasChanged = true;
    told.eventCount += keepOnSpan(span, wait, {
      isChanged: verdictKey(wait) !== told.reportedKey,
      eventCount: told.eventCount,
    });
  }

  /**
   * Who waits is told at once, so that what another instance finds out can be told of it. On the
   * span it stays only while nothing better does.
   */
  #noteTurn(span: OpenSpan, wait: WaitReport, isLate: boolean): void {
    const told = this.#toldOf(span);
    const isKnown = told.wait !== undefined && told.wait.kind !== "unknown";
    if (isKnown && !isLate) return;
    told.wait = wait;
    if (told.seq > 0 && this.#isChanged(span)) this.#hasChanged = true;
    const { eventCount } = told;
    if (isLate && eventCount === 0) {
      told.eventCount = keepOnSpan(span, wait, { isChanged: true, eventCount });
    }
  }

  #isChanged(span: OpenSpan): boolean {
    const told = this.#told.get(span.spanId);
    return told?.wait !== undefined && verdictKey(told.wait) !== told.reportedKey;
  }

  #toldOf(span: OpenSpan): Told {
    let told = this.#told.get(span.spanId);
    if (told === undefined) {
      told = {
        seq: 0,
        dueMs: 0,
        wait: undefined,
        askAgainMs: Infinity,
        reportedKey: "",
        eventCount: 0,
        subject: span.subject,
        isCallerGone: this.#abandoned.has(span.parentSpanId),
      };
      this.#told.set(span.spanId, told);
    }
    return told;
  }

  #send(open: readonly ToldSpan[], reported: readonly ToldSpan[]): void {
    this.#options.send(this.#eventsOf(open, reported));
  }

  #eventsOf(open: readonly ToldSpan[], reported: readonly ToldSpan[]): SenderEvent[] {
    const { clock, processStartUnixNano } = this.#options;
    const origin = { timeUnixNano: clock.nowUnixNano(), processStartUnixNano };
    const nowMs = clock.monotonicMs();
    this.#snapshot += 1;
    this.#listedCount = open.length;
    const events: SenderEvent[] = [];
    for (const one of reported.slice(0, OPEN_SPANS_LISTED_MAX)) {
      events.push(
        this.#event(this.#reportOf(one, origin, nowMs), this.#told.get(one.span.spanId)?.wait),
      );
    }
    const dueMs = open.map(({ span }) => this.#told.get(span.spanId)?.dueMs ?? nowMs);
    const nextMs =
      open.length === 0 ? QUIET_REPORT_DELAY_MS : Math.max(Math.min(...dueMs) - nowMs, 1000);
    this.#snapshotDueMs = nowMs + nextMs;
    const snapshot: SnapshotReport = {
      kind: "snapshot",
      ...origin,
      snapshot: this.#snapshot,
      spans: open
        .slice(0, OPEN_SPANS_LISTED_MAX)
        .map(({ span: { traceId, spanId } }) => ({ traceId, spanId })),
      spanCount: open.length,
      nextMs: Math.round(nextMs),
    };
    events.push(this.#event(snapshot, undefined));
    return events;
  }

  #reportOf(
    { span, isOverdue }: ToldSpan,
    origin: Pick<OpenSpanReport, "timeUnixNano" | "processStartUnixNano">,
    nowMs: number,
  ): OpenSpanReport {
    const told = this.#toldOf(span);
    told.seq += 1;
    const nextMs = reportDelayMs(told.seq);
    told.dueMs = nowMs + nextMs;
    told.reportedKey = told.wait === undefined ? "" : verdictKey(told.wait);
    return {
      kind: "openSpan",
      ...origin,
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      flags: span.isSampled ? 1 : 0,
      name: span.name,
      // OTLP counts kinds from 1, the API from 0.
      spanKind: (span.kind + 1) as OpenSpanReport["spanKind"],
      startTimeUnixNano: span.startUnixNano,
      seq: told.seq,
      snapshot: this.#snapshot,
      nextMs,
      isOverdue,
      isCallerGone: told.isCallerGone,
      wait: told.wait === undefined ? new Map() : waitToAttributes(told.wait),
      attributes: traceAttributes(span.attributes),
    };
  }

  #event(report: Report, wait: WaitReport | undefined): SenderEvent {
    const { service } = this.#options;
    const waitText = wait === undefined ? "" : sentenceOf(wait, report.timeUnixNano);
    return { ...toReportRecord(report, { service, waitText }), scopeName: SCOPE_NAME };
  }
}

/** `waiting 2.9s for …`: what a person reads on a log store that knows nothing of waits. */
function sentenceOf(wait: WaitReport, nowUnixNano: bigint): string {
  return waitSentence(wait, { who: "it", nowUnixNano });
}

/** What a verdict says, without ages and evidence: as long as it is the same, nothing changed. */
function verdictKey({ kind, holders, resource, session: waiting }: WaitReport): string {
  return JSON.stringify([
    kind,
    waiting?.id,
    resource?.kind,
    resource?.name,
    holders.map(({ role, session, process, span }) => [
      role,
      session?.id,
      session?.state,
      process?.pid,
      span?.spanId,
    ]),
  ]);
}

/** Whether a response was closed before it was complete. */
function isAbandoned(subject: object | undefined): boolean {
  return subject instanceof ServerResponse && subject.destroyed && !subject.writableFinished;
}

async function unrefDelay(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
