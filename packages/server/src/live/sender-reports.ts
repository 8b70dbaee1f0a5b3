import {
  type Finding,
  type FindingReport,
  LOSS_REASONS,
  type LossLedger,
  type LossLine,
  type LossReason,
  type LossReport,
  type SenderLoss,
  toKeyValues,
} from "@spoor/trace";
import { FINDINGS_MAX, REPORTERS_MAX } from "../base/limits.ts";
import type { NewsItem, Reporter } from "./live-news.ts";

const SEVERITIES = ["error", "warning", "info"] as const;

/**
 * What processes say is wrong with their tracing, and what they lost before they could send it.
 * Kept as long as the server runs: a process that is gone lost it all the same.
 */
export class SenderReports {
  readonly #ledger: LossLedger;
  readonly #findings = new Map<
    string,
    { readonly from: Reporter; readonly report: FindingReport }
  >();
  readonly #losses = new Map<
    string,
    { readonly from: Reporter; readonly counts: Map<string, number> }
  >();

  constructor(ledger: LossLedger) {
    this.#ledger = ledger;
  }

  /** Takes in findings and losses; leaves everything else alone. */
  take(items: readonly NewsItem[]): void {
    for (const item of items) {
      if (item.kind !== "report") continue;
      if (item.report.kind === "finding") this.#takeFinding(item.from, item.report);
      if (item.report.kind === "loss") this.#takeLoss(item.from, item.report);
    }
  }

  /** Gravest first, then the most frequent. */
  findings(): Finding[] {
    return Array.from(this.#findings.values(), ({ from, report }) => ({
      code: report.code,
      subject: report.subject,
      severity: report.severity,
      sentence: report.sentence,
      service: from.service,
      instance: from.instance,
      count: report.count,
      firstSeenUnixNano: report.firstSeenUnixNano.toString(),
      lastSeenUnixNano: report.lastSeenUnixNano.toString(),
      traceId: report.traceId,
      spanId: report.spanId,
      evidence: toKeyValues(report.evidence),
    })).toSorted(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.count - a.count,
    );
  }

  /** One entry for each instance that lost something; of several processes of it the sum. */
  losses(): SenderLoss[] {
    const sums = new Map<
      string,
      { readonly from: Reporter; readonly counts: Map<string, number> }
    >();
    for (const { from, counts } of this.#losses.values()) {
      const name = `${from.service}\0${from.instance}`;
      const sum = sums.get(name) ?? { from, counts: new Map<string, number>() };
      sums.set(name, sum);
      for (const [reason, count] of counts) {
        sum.counts.set(reason, (sum.counts.get(reason) ?? 0) + count);
      }
    }
    return [...sums.values()].flatMap(({ from, counts }) => {
      const losses = [...counts].filter(([, count]) => count > 0).map(lossLine);
      return losses.length === 0 ? [] : [{ ...from, losses }];
    });
  }

  #takeFinding(from: Reporter, report: FindingReport): void {
    const key = JSON.stringify([
      keyOf(from, report.processStartUnixNano),
      report.code,
      report.subject,
    ]);
    const known = this.#findings.get(key)?.report;
    const isOlder =
      known !== undefined &&
      (known.count > report.count ||
        (known.count === report.count && known.timeUnixNano >= report.timeUnixNano));
    if (isOlder) return;
    if (known === undefined && this.#findings.size >= FINDINGS_MAX) {
      this.#ledger.count("report_refused");
      return;
    }
    this.#findings.set(key, { from, report });
  }

  #takeLoss(from: Reporter, report: LossReport): void {
    const key = keyOf(from, report.processStartUnixNano);
    let known = this.#losses.get(key);
    if (known === undefined) {
      if (this.#losses.size >= REPORTERS_MAX) {
        this.#ledger.count("report_refused");
        return;
      }
      known = { from, counts: new Map() };
      this.#losses.set(key, known);
    }
    for (const [reason, count] of report.counts) {
      known.counts.set(reason, Math.max(count, known.counts.get(reason) ?? 0));
    }
  }
}

function keyOf({ service, instance }: Reporter, startUnixNano: bigint): string {
  return `${service}\0${instance}\0${startUnixNano}`;
}

function lossLine([reason, count]: readonly [string, number]): LossLine {
  const meaning = isKnown(reason)
    ? LOSS_REASONS[reason]
    : "a reason that this version does not know";
  return { reason, count, meaning };
}

function isKnown(reason: string): reason is LossReason {
  return Object.hasOwn(LOSS_REASONS, reason);
}
