/*
 * The spans that have not ended, as far as anybody said so. Only in memory, never in the store and
 * in no statistics.
 *
 * What is told is a function of the messages that arrived, not of their order:
 *
 * 1. A finished span beats every report of it, whichever came first.
 * 2. Of the reports of one span that with the highest number holds.
 * 3. Of the snapshots of one process that with the highest number holds. A span of which no report
 *    is newer than the snapshot, and that a complete snapshot does not list, has ended.
 * 4. Silence is told, not acted on: a process that missed three reports is gone, and its spans are
 *    shown as open when it was last heard.
 *
 * 5. A span whose process could not ask its database is told what another one found out that
 *    stands in the same queue (`shared-verdicts.ts`).
 *
 * What leaves without a finished span is counted: `open_span_final_missing`, `open_span_expired`.
 */
import {
  type Attributes,
  type AttributeValue,
  bytesToHex,
  type Clock,
  type LossLedger,
  type OpenSpan,
  type OpenSpanReport,
  type OpenSpanSource,
  type OpenSpanState,
  type ReportingInstance,
  SpanKind,
  toKeyValues,
} from "@spoor/trace";
import {
  FINAL_DELAY_MS_MAX,
  FINISHED_REMEMBERED_MAX,
  GONE_MS_MAX,
  OPEN_SPAN_SILENT_MS_MAX,
  OPEN_SPANS_BYTES_MAX,
  OPEN_SPANS_MAX,
} from "../base/limits.ts";
import { type KnownSenders, withInstrumentation } from "./instrumentation.ts";
import type { LiveNews, NewsItem, Reporter } from "./live-news.ts";
import { QuerySamples } from "./query-samples.ts";
import { RecentIds } from "./recent-ids.ts";
import { Reporters, type ReportingProcess, stateOf } from "./reporters.ts";
import {
  SharedVerdicts,
  sharedWait,
  type SharingEntry,
  sharingOf,
  withoutQueue,
} from "./shared-verdicts.ts";

interface Entry extends SharingEntry {
  readonly source: OpenSpanSource;
  readonly bytes: number;
}

/** Owns what is known of open spans. */
export class LiveSpans {
  readonly #clock: Clock;
  readonly #ledger: LossLedger;
  readonly #reporters: Reporters;
  readonly #samples: QuerySamples = new QuerySamples();
  readonly #entries = new Map<string, Entry>();
  /** Trace id and span id. */
  readonly #finished: RecentIds = new RecentIds(FINISHED_REMEMBERED_MAX);
  #bytes = 0;

  constructor({ clock, ledger }: { readonly clock: Clock; readonly ledger: LossLedger }) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#reporters = new Reporters(ledger);
  }

  /** Takes in what a request said. Returns whether anything that is told may have changed. */
  take({ items, finished }: LiveNews, senders: readonly Reporter[] = []): boolean {
    const nowMs = this.#clock.monotonicMs();
    for (const sender of senders) this.#reporters.sentSpans(sender, nowMs);
    const before = this.#entries.size;
    for (let offset = 0; offset < finished.length; offset += 24) {
      this.#finish(bytesToHex(finished, offset, offset + 24));
    }
    for (const item of items) this.#takeItem(item, nowMs);
    return items.length > 0 || this.#entries.size !== before;
  }

  /** All open spans, in no order. Cost: linear in their number. */
  openSpans(): OpenSpan[] {
    const nowMs = this.#clock.monotonicMs();
    this.#sweep(nowMs);
    const senders = this.#reporters.knownSenders(nowMs);
    const isCurrent = (entry: Entry): boolean =>
      spanState(entry, nowMs) === "open" && stateOf(entry.process, nowMs) === "reporting";
    const shared = new SharedVerdicts(this.#entries.values(), { nowMs, isCurrent });
    const spans = Array.from(this.#entries.values(), (entry) =>
      this.#tell(entry, { senders, nowMs, shared }),
    );
    return this.#samples.join(spans, {
      nowMs,
      isFinished: (traceId, spanId) => this.#finished.has(traceId + spanId),
    });
  }

  /** Who reports, who has fallen silent, and who only sends spans. */
  instances(): ReportingInstance[] {
    const counts = new Map<string, number>();
    for (const { process } of this.#entries.values()) {
      counts.set(process.key, (counts.get(process.key) ?? 0) + 1);
    }
    return this.#reporters.instances(counts, this.#clock.monotonicMs());
  }

  /** Open spans that processes counted and did not list. */
  get unlistedSpanCount(): number {
    return this.#reporters.unlistedSpanCount;
  }

  #takeItem(item: NewsItem, nowMs: number): void {
    switch (item.kind) {
      case "ended":
        this.#finish(item.traceId + item.spanId);
        break;
      case "querySample":
        this.#samples.add(item.sample, nowMs);
        break;
      case "malformed":
        this.#ledger.count("report_malformed");
        break;
      case "report": {
        const { report, from, source } = item;
        const process = this.#reporters.heard(from, report.processStartUnixNano, nowMs);
        if (process === undefined) break;
        if (report.kind === "snapshot") this.#reporters.listed(process, report, nowMs);
        if (report.kind === "openSpan") this.#open(report, { source, process, nowMs });
        break;
      }
    }
  }

  #open(
    report: OpenSpanReport,
    {
      source,
      process,
      nowMs,
    }: {
      readonly source: OpenSpanSource;
      readonly process: ReportingProcess;
      readonly nowMs: number;
    },
  ): void {
    const key = report.traceId + report.spanId;
    if (this.#finished.has(key)) {
      this.#ledger.count("open_span_late");
      return;
    }
    const known = this.#entries.get(key);
    const entry: Entry = {
      report: { ...report, wait: withoutQueue(report.wait) },
      sharing: sharingOf(report),
      source,
      process,
      heardMs: nowMs,
      bytes: bytesOf(report),
    };
    if (known !== undefined && !isNewer(entry, known)) return;
    const bytes = this.#bytes + entry.bytes - (known?.bytes ?? 0);
    const isFull = known === undefined && this.#entries.size >= OPEN_SPANS_MAX;
    if (isFull || bytes > OPEN_SPANS_BYTES_MAX) {
      this.#ledger.count("open_span_refused");
      return;
    }
    this.#bytes = bytes;
    this.#entries.set(key, entry);
  }

  #finish(key: string): void {
    this.#delete(key);
    this.#finished.add(key);
  }

  #delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#bytes -= entry.bytes;
    this.#entries.delete(key);
  }

  /** Lets go of what has ended without a finished span, and of what nobody speaks of any more. */
  #sweep(nowMs: number): void {
    for (const [key, entry] of this.#entries) {
      const { report, process } = entry;
      const state = spanState(entry, nowMs);
      if (state === "ending") {
        const isExpected = (report.flags & 1) === 1;
        const sinceMs = nowMs - Math.max(entry.heardMs, process.snapshotMs);
        if (isExpected && sinceMs <= FINAL_DELAY_MS_MAX) continue;
        if (isExpected) this.#ledger.count("open_span_final_missing");
        this.#delete(key);
      } else if (nowMs - lastHeardMs(entry) > shownMs(entry)) {
        this.#ledger.count("open_span_expired");
        this.#delete(key);
      }
    }
    this.#reporters.sweep(nowMs);
  }

  #tell(entry: Entry, { senders, nowMs, shared }: Telling): OpenSpan {
    const { report, process } = entry;
    const state = spanState(entry, nowMs);
    const heardMs = lastHeardMs(entry);
    const ageWhenMade = Number(report.timeUnixNano - report.startTimeUnixNano) / 1e6;
    // Of a process that is gone nobody knows how much longer it was open.
    const untilMs = state === "open" ? nowMs : heardMs;
    const isCallerFinished =
      report.spanKind === SpanKind.server &&
      this.#finished.has(report.traceId + report.parentSpanId);
    return {
      traceId: report.traceId,
      spanId: report.spanId,
      parentSpanId: report.parentSpanId,
      flags: report.flags,
      name: report.name,
      kind: report.spanKind,
      startTimeUnixNano: report.startTimeUnixNano.toString(),
      ageMs: Math.max(0, Math.round(ageWhenMade + untilMs - entry.heardMs)),
      heardMsAgo: Math.round(nowMs - heardMs),
      service: process.service,
      instance: process.instance,
      state,
      isOverdue: report.isOverdue,
      isCallerGone: report.isCallerGone || isCallerFinished,
      source: entry.source,
      attributes: toKeyValues(report.attributes),
      wait: toKeyValues(waitOf(entry, state === "open" ? shared : undefined, senders)),
    };
  }
}

/** What everything that is told at one moment has in common. */
interface Telling {
  readonly senders: KnownSenders;
  readonly nowMs: number;
  readonly shared: SharedVerdicts<Entry>;
}

/** What its process says, or, where that does not know, another one that stands in its queue. */
function waitOf(
  entry: Entry,
  shared: SharedVerdicts<Entry> | undefined,
  senders: KnownSenders,
): Attributes {
  const told = ({ report, process }: Entry): Attributes =>
    withInstrumentation(report.wait, process.place, senders);
  const answer = shared?.answerFor(entry);
  const wait = answer === undefined ? undefined : sharedWait(entry, answer, told(answer.by));
  return wait ?? told(entry);
}

/** Our own reports say more than those of others, whatever their numbers. */
function isNewer(a: Entry, b: Entry): boolean {
  const own = rank(a) - rank(b);
  if (own !== 0) return own > 0;
  if (a.report.seq !== b.report.seq) return a.report.seq > b.report.seq;
  return a.report.timeUnixNano > b.report.timeUnixNano;
}

function rank({ source }: Entry): number {
  return source === "spoor.span.open" ? 1 : 0;
}

function spanState({ report, process }: Entry, nowMs: number): OpenSpanState {
  const { snapshot, listed } = process;
  const isListed = listed.has(report.traceId + report.spanId);
  if (snapshot !== undefined && !isListed && report.snapshot <= snapshot.snapshot) {
    if (snapshot.spans.length === snapshot.spanCount) return "ending";
  }
  const nextMs = snapshot?.nextMs ?? report.nextMs;
  return stateOf(process, nowMs, nextMs) === "gone" ? "gone" : "open";
}

/** A list that names the span is news of it, as is anything that a foreign process says. */
function lastHeardMs({ report, process, heardMs }: Entry): number {
  if (process.snapshot === undefined) return heardMs;
  const isListed = process.listed.has(report.traceId + report.spanId);
  return isListed ? Math.max(heardMs, process.heardMs) : heardMs;
}

function shownMs({ report, process }: Entry): number {
  const nextMs = process.snapshot?.nextMs ?? report.nextMs;
  return nextMs === 0 ? OPEN_SPAN_SILENT_MS_MAX : nextMs * 3 + GONE_MS_MAX;
}

/** What a report takes in memory, estimated: texts at two bytes a character, and their entries. */
function bytesOf(report: OpenSpanReport): number {
  let bytes = 500 + report.name.length * 2;
  for (const attributes of [report.attributes, report.wait]) {
    for (const [key, value] of attributes) bytes += 100 + key.length * 2 + valueBytes(value);
  }
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (typeof value === "string") return value.length * 2;
  if (value === null || typeof value !== "object") return 16;
  if (value instanceof Uint8Array) return value.length;
  let bytes = 50;
  if (value instanceof Map) {
    for (const [key, inner] of value) bytes += 100 + key.length * 2 + valueBytes(inner);
  } else if (Array.isArray(value)) {
    for (const inner of value) bytes += 50 + valueBytes(inner);
  }
  return bytes;
}
