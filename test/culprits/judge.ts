/*
 * Whether what an application reported names who was to be named.
 *
 * Right: within 2 s after the threshold some report has the expected verdict, and no report before
 * or after it accuses anybody else. To accuse is to name a holder, but for the peer of a request
 * that it has read and not answered: that is what waiting for an answer looks like.
 */
import { type WaitKind, waitSentence } from "@spoor/trace";
import type { TakenReport } from "./report-receiver.ts";
import type { Expected } from "./scenario.ts";

/** How long after the threshold a verdict counts, in ms. */
const VERDICT_MS_MAX = 2000;
const THRESHOLD_MS = 1000;

/** What came of one run. */
export interface Judgement {
  readonly isRight: boolean;
  /** As `isRight`, but however long it took. */
  readonly isNamed: boolean;
  readonly falseAccusations: number;
  /** From the threshold to the arrival of the right verdict; undefined without one. */
  readonly msAfterThreshold: number | undefined;
  /** The verdict that counts, in words. */
  readonly said: string;
}

/** Judges the reports of a scenario. */
export function judge(reports: readonly TakenReport[], expected: Expected): Judgement {
  const matching = reports.find((report) => matches(report, expected));
  const wrong = reports.filter((report) => accuses(report) && !isExpectedHolder(report, expected));
  const ms = matching === undefined ? undefined : msAfterThreshold(matching);
  return {
    isRight: ms !== undefined && ms <= VERDICT_MS_MAX && wrong.length === 0,
    isNamed: matching !== undefined && wrong.length === 0,
    falseAccusations: wrong.length,
    msAfterThreshold: ms,
    said: words(wrong[0] ?? matching ?? reports.findLast(({ wait }) => wait !== undefined)),
  };
}

/** Judges the reports of a control, in which nobody is to be accused. */
export function judgeControl(reports: readonly TakenReport[]): Judgement {
  const wrong = reports.filter(accuses);
  const some = wrong[0] ?? reports.findLast(({ wait }) => wait !== undefined);
  return {
    isRight: wrong.length === 0,
    isNamed: wrong.length === 0,
    falseAccusations: wrong.length,
    msAfterThreshold: undefined,
    said: words(some),
  };
}

function matches(report: TakenReport, expected: Expected): boolean {
  const { wait, body } = report;
  if (wait?.kind !== expected.kind) return false;
  const isNamed = expected.pids === undefined && expected.spanId === undefined;
  const says = expected.says === undefined || body.includes(expected.says);
  return says && (isNamed || isExpectedHolder(report, expected));
}

/** Whether every root that is named is one of those who hold it. */
function isExpectedHolder({ wait }: TakenReport, { kind, pids, spanId, says }: Expected): boolean {
  if (wait === undefined || wait.kind !== kind) return false;
  const roots = wait.holders.filter(({ role }) => role !== "between");
  if (roots.length === 0) return pids === undefined && spanId === undefined;
  if (pids !== undefined) {
    return roots.every(({ process }) => process !== undefined && pids.includes(process.pid));
  }
  if (spanId !== undefined) return roots.every(({ span }) => span?.spanId === spanId);
  return says !== undefined;
}

/** Verdicts that blame somebody without naming a holder: this process, or a name server. */
const BLAMING: ReadonlySet<WaitKind> = new Set(["eventloop", "threadpool", "promise", "dns"]);

function accuses({ wait }: TakenReport): boolean {
  if (wait === undefined) return false;
  if (wait.kind === "http.unanswered" || wait.kind === "http.unacked") return false;
  return BLAMING.has(wait.kind) || wait.holders.length > 0;
}

function msAfterThreshold({ span, takenUnixMs }: TakenReport): number {
  return Math.round(takenUnixMs - Number(span.startTimeUnixNano) / 1e6 - THRESHOLD_MS);
}

function words(report: TakenReport | undefined): string {
  if (report?.wait === undefined) return "nothing was said";
  return waitSentence(report.wait, {
    who: report.span.name,
    nowUnixNano: report.span.timeUnixNano,
  });
}
