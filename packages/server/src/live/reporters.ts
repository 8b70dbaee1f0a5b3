/*
 * The processes that report, and those that only send spans.
 *
 * A process is told by its service, its instance id and its start: two that share an instance id,
 * as one and its successor may, do not replace each other's lists.
 */
import {
  type LossLedger,
  MISSED_REPORTS_MAX,
  type ReportingInstance,
  type SnapshotReport,
} from "@spoor/trace";
import { GONE_MS_MAX, REPORTERS_MAX, SENDER_ALIVE_MS, SENDERS_MAX } from "../base/limits.ts";
import type { KnownSenders } from "./instrumentation.ts";
import type { ProcessPlace } from "../base/process-place.ts";
import type { Reporter } from "./live-news.ts";

/** A process that reports. */
export interface ReportingProcess extends Reporter {
  readonly key: string;
  heardMs: number;
  /** When its newest snapshot came. */
  snapshotMs: number;
  snapshot: SnapshotReport | undefined;
  /** What the newest snapshot lists: trace id and span id. */
  listed: ReadonlySet<string>;
}

/** Owns what is known of processes. Times are monotonic, in ms. */
export class Reporters {
  readonly #ledger: LossLedger;
  readonly #processes = new Map<string, ReportingProcess>();
  /** When room was last made. */
  #forgotMs = Number.NEGATIVE_INFINITY;
  /** Who sent spans, and when last. */
  readonly #senders = new Map<string, Reporter & { heardMs: number }>();

  constructor(ledger: LossLedger) {
    this.#ledger = ledger;
  }

  /** The process that reports now; undefined when there is no room for it. */
  heard(from: Reporter, startUnixNano: bigint, nowMs: number): ReportingProcess | undefined {
    const key = `${nameOf(from)}\0${startUnixNano}`;
    const known = this.#processes.get(key);
    if (known !== undefined) {
      known.heardMs = nowMs;
      return known;
    }
    if (this.#processes.size >= REPORTERS_MAX && !this.#forgetGone(nowMs)) {
      this.#ledger.count("report_refused");
      return undefined;
    }
    const process: ReportingProcess = {
      service: from.service,
      instance: from.instance,
      ...(from.place === undefined ? {} : { place: from.place }),
      key,
      heardMs: nowMs,
      snapshotMs: nowMs,
      snapshot: undefined,
      listed: new Set(),
    };
    this.#processes.set(key, process);
    return process;
  }

  /** A snapshot replaces the one before, unless it is older. */
  listed(process: ReportingProcess, snapshot: SnapshotReport, nowMs: number): void {
    if (process.snapshot !== undefined && process.snapshot.snapshot >= snapshot.snapshot) return;
    process.snapshot = snapshot;
    process.snapshotMs = nowMs;
    process.listed = new Set(snapshot.spans.map(({ traceId, spanId }) => traceId + spanId));
  }

  /** Somebody sent spans. */
  sentSpans(from: Reporter, nowMs: number): void {
    const name = nameOf(from);
    if (!this.#senders.has(name) && this.#senders.size >= SENDERS_MAX) return;
    const { service, instance, place } = from;
    // Without an instance id several processes may share this name.
    const known = place === undefined || instance === "" ? {} : { place };
    this.#senders.set(name, { service, instance, ...known, heardMs: nowMs });
  }

  /** All of them, by name. `openSpanCounts` has the open spans that are known of each process. */
  instances(openSpanCounts: ReadonlyMap<string, number>, nowMs: number): ReportingInstance[] {
    const instances: ReportingInstance[] = [];
    const reporting = new Set<string>();
    for (const process of this.#processes.values()) {
      const openSpanCount = openSpanCounts.get(process.key) ?? 0;
      // One of whom only foreign reports are known has never promised anything.
      if (process.snapshot === undefined && openSpanCount === 0) continue;
      reporting.add(nameOf(process));
      instances.push(instanceOf(process, openSpanCount, nowMs));
    }
    for (const [name, { service, instance, heardMs }] of this.#senders) {
      const heardMsAgo = nowMs - heardMs;
      if (reporting.has(name) || heardMsAgo > SENDER_ALIVE_MS) continue;
      const state = "spans_only";
      instances.push({ service, instance, state, heardMsAgo, nextMs: 0, openSpanCount: 0 });
    }
    return instances.toSorted((a, b) => compare(nameOf(a), nameOf(b)));
  }

  /** What is known of who sends spans to us, for {@link withInstrumentation}. */
  knownSenders(nowMs: number): KnownSenders {
    const places: ProcessPlace[] = [];
    const reporting = new Set<string>();
    for (const process of this.#processes.values()) {
      reporting.add(nameOf(process));
      const isGone = stateOf(process, nowMs) === "gone";
      if (process.place !== undefined && !isGone) places.push(process.place);
    }
    let isComplete = true;
    for (const [name, { place }] of this.#senders) {
      if (place !== undefined) places.push(place);
      else if (!reporting.has(name)) isComplete = false;
    }
    return { places, isComplete };
  }

  /** Open spans that were counted and not listed. */
  get unlistedSpanCount(): number {
    let count = 0;
    for (const { snapshot } of this.#processes.values()) {
      if (snapshot !== undefined) count += snapshot.spanCount - snapshot.spans.length;
    }
    return count;
  }

  /** Forgets processes that are gone for so long that nobody asks any more. */
  sweep(nowMs: number): void {
    for (const [key, process] of this.#processes) {
      if (nowMs - process.heardMs > goneAfterMs(process) + GONE_MS_MAX) this.#processes.delete(key);
    }
    for (const [name, { heardMs }] of this.#senders) {
      if (nowMs - heardMs > SENDER_ALIVE_MS) this.#senders.delete(name);
    }
  }

  /** At most once in a second: it looks at all of them, and a flood of names must not. */
  #forgetGone(nowMs: number): boolean {
    if (nowMs - this.#forgotMs < FORGET_PAUSE_MS) return false;
    this.#forgotMs = nowMs;
    const [longest] = [...this.#processes.values()]
      .filter((process) => stateOf(process, nowMs) === "gone")
      .toSorted((a, b) => a.heardMs - b.heardMs);
    return longest !== undefined && this.#processes.delete(longest.key);
  }
}

/** Whether a process keeps its promise of a next report. `nextMs` stands in for its own. */
export function stateOf(
  process: Pick<ReportingProcess, "heardMs" | "snapshot">,
  nowMs: number,
  nextMs: number = process.snapshot?.nextMs ?? 0,
): "reporting" | "silent" | "gone" {
  const silentMs = nowMs - process.heardMs;
  if (nextMs === 0 || silentMs <= nextMs + LATENESS_MS) return "reporting";
  return silentMs <= nextMs * MISSED_REPORTS_MAX + LATENESS_MS ? "silent" : "gone";
}

/** What exporting, a busy machine and the network may add to a report that was made in time. */
const LATENESS_MS = 2_000;

const FORGET_PAUSE_MS = 1_000;

function goneAfterMs({ snapshot }: ReportingProcess): number {
  return (snapshot?.nextMs ?? 0) * MISSED_REPORTS_MAX;
}

function instanceOf(
  process: ReportingProcess,
  openSpanCount: number,
  nowMs: number,
): ReportingInstance {
  return {
    service: process.service,
    instance: process.instance,
    state: stateOf(process, nowMs),
    heardMsAgo: Math.round(nowMs - process.heardMs),
    nextMs: process.snapshot?.nextMs ?? 0,
    openSpanCount: Math.max(openSpanCount, process.snapshot?.spanCount ?? 0),
  };
}

function nameOf({ service, instance }: Reporter): string {
  return `${service}\0${instance}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
