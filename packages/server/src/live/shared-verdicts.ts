/*
 * What one instance found out about a queue, told of all who stand in it.
 *
 * A database is asked by one instance at a time. Whoever asked tells for which sessions its answer
 * holds (`WaitReport.queue`); those whose turn has not come tell which session is theirs
 * (`WaitReport.session`). A wrong answer is worse than none, so that an answer is shared only when
 *
 * 1. both name the same server, in its own words: an address can mean two servers in two networks;
 * 2. its own span is still open, its process was heard, and it is not older than
 *    `SHARED_VERDICT_MS_MAX`;
 * 3. it was found out after the other's statement had begun, by our clock and with a margin for
 *    what a report takes to arrive: before, the session may have waited for something else;
 * 4. it names who holds. A deadlock is that of its members.
 *
 * What a process says of its own span is nearer to it and stays, and statistics know nothing of it.
 */
import {
  type Attributes,
  keys,
  NO_COST,
  type OpenSpanReport,
  waitFromAttributes,
  type WaitHolder,
  type WaitingSession,
  type WaitQueue,
  type WaitReport,
  waitToAttributes,
} from "@spoor/trace";
import { SHARED_VERDICT_DELAY_MS, SHARED_VERDICT_MS_MAX } from "../base/limits.ts";
import type { ReportingProcess } from "./reporters.ts";

/** What a report says about others, or asks of them. */
export interface Sharing {
  /** Whose answers would help; only where its own is missing. */
  readonly session: WaitingSession | undefined;
  /** For whom else its answer holds, and when that was found out, in ms before the report. */
  readonly queue: WaitQueue | undefined;
  readonly observedMsBefore: number;
}

/** An open span, as far as answers are shared. */
export interface SharingEntry {
  readonly report: OpenSpanReport;
  readonly process: ReportingProcess;
  readonly heardMs: number;
  readonly sharing: Sharing | undefined;
}

/** Takes out of a report what is about others; undefined where nothing is. */
export function sharingOf(report: OpenSpanReport): Sharing | undefined {
  const wait = waitFromAttributes(report.wait);
  if (wait === undefined) return undefined;
  const { kind, holders, session } = wait;
  const queue = kind === "db.lock" && holders.some(isRoot) ? wait.queue : undefined;
  const asks = kind === "unknown" ? session : undefined;
  if (queue === undefined && asks === undefined) return undefined;
  const observedMsBefore = Number(report.timeUnixNano - wait.observedUnixNano) / 1e6;
  return { session: asks, queue, observedMsBefore: Math.max(observedMsBefore, 0) };
}

/** `wait` without its list of sessions, which is long and nothing to show. */
export function withoutQueue(wait: Attributes): Attributes {
  if (!wait.has(keys.spoorWaitQueueServer)) return wait;
  const rest = new Map(wait);
  rest.delete(keys.spoorWaitQueueServer);
  rest.delete(keys.spoorWaitQueueSessionIds);
  rest.delete(keys.spoorWaitQueueTransactionSessionIds);
  return rest;
}

interface Answer<Entry> {
  readonly by: Entry;
  readonly isSameLock: boolean;
  /** On our monotonic clock. */
  readonly observedMs: number;
}

/** The answers that can be shared at one moment, by the session for which each holds. */
export class SharedVerdicts<Entry extends SharingEntry> {
  readonly #byServer = new Map<string, Map<number, Answer<Entry>>>();

  /** `isCurrent` tells whether a span is open and its process heard. Cost: all their sessions. */
  constructor(
    entries: Iterable<Entry>,
    { nowMs, isCurrent }: { readonly nowMs: number; readonly isCurrent: (entry: Entry) => boolean },
  ) {
    const all = [...entries];
    for (const { sharing } of all) {
      if (sharing?.session !== undefined) this.#byServer.set(sharing.session.server, new Map());
    }
    if (this.#byServer.size === 0) return;
    const answers = all.flatMap((by) => {
      const observedMs = by.heardMs - (by.sharing?.observedMsBefore ?? 0);
      const isShared =
        by.sharing?.queue !== undefined &&
        nowMs - observedMs <= SHARED_VERDICT_MS_MAX &&
        isCurrent(by);
      return isShared ? [{ by, observedMs }] : [];
    });
    // The last one stays: the newest, and the same lock before the same transaction.
    const oldestFirst = answers.sort((left, right) => left.observedMs - right.observedMs);
    for (const isSameLock of [false, true]) {
      for (const answer of oldestFirst) this.#add({ ...answer, isSameLock });
    }
  }

  /** Who knows what `entry` waits for; undefined when nobody does for certain. */
  answerFor({ sharing, report, heardMs }: Entry): Answer<Entry> | undefined {
    const session = sharing?.session;
    if (session === undefined) return undefined;
    const answer = this.#byServer.get(session.server)?.get(session.id);
    if (answer === undefined) return undefined;
    const ageWhenHeardMs = Number(report.timeUnixNano - report.startTimeUnixNano) / 1e6;
    const startMs = heardMs - ageWhenHeardMs;
    return startMs + SHARED_VERDICT_DELAY_MS <= answer.observedMs ? answer : undefined;
  }

  #add(answer: Answer<Entry>): void {
    const queue = answer.by.sharing?.queue;
    const sessions = this.#byServer.get(queue?.server ?? "");
    if (queue === undefined || sessions === undefined) return;
    const { sessionIds, transactionSessionIds } = queue;
    for (const id of answer.isSameLock ? sessionIds : transactionSessionIds) {
      sessions.set(id, answer);
    }
  }
}

/**
 * `wait`, which `answer` found out, told of the span of `entry`; undefined when nothing is left of
 * it there.
 */
export function sharedWait<Entry extends SharingEntry>(
  entry: Entry,
  { by, isSameLock }: Answer<Entry>,
  wait: Attributes,
): Attributes | undefined {
  const found = waitFromAttributes(wait);
  const id = entry.sharing?.session?.id;
  if (found === undefined || id === undefined) return undefined;
  // Of its transaction the other waits for another row, and those before it stand in another queue.
  const holders = found.holders
    .filter((holder) => holder.session?.id !== id && (isSameLock || isRoot(holder)))
    .map((holder) => seenFrom(entry.process, by.process, holder));
  if (!holders.some(isRoot)) return undefined;
  const { service, instance } = by.process;
  const source = found.evidence[0]?.source ?? "locks";
  const same = isSameLock ? "in the same queue" : "waiting for the same transaction";
  const fact = `${service} ${instance} asked, and saw session ${id} ${same}`;
  const report: WaitReport = {
    ...found,
    sinceUnixNano: entry.report.startTimeUnixNano,
    ...(isSameLock ? {} : { resource: { kind: "transaction" }, queueCount: 0 }),
    holders,
    evidence: [{ certainty: "seen", source, fact }, ...found.evidence],
    cost: NO_COST,
  };
  return waitToAttributes(report);
}

function isRoot({ role }: WaitHolder): boolean {
  return role === "root";
}

/** A process on the finder's machine is on another one for a reader on this. */
function seenFrom(
  here: ReportingProcess,
  finder: ReportingProcess,
  holder: WaitHolder,
): WaitHolder {
  const { process } = holder;
  const isHere = here.place !== undefined && here.place.host === finder.place?.host;
  if (process === undefined || process.host !== undefined || isHere) return holder;
  const host = `the machine of ${finder.service} ${finder.instance}`;
  return { ...holder, process: { ...process, host } };
}
