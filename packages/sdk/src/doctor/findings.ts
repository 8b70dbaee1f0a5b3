/*
 * What is wrong with the tracing of this process: said once on stderr, counted ever after, and sent
 * to the server.
 *
 * Findings are levels: each carries its total and when it was first and last seen. So it is enough
 * to send one again now and then, and one that is lost on its way does no harm.
 */
import type { Attributes, Clock, FindingReport, FindingSeverity } from "@spoor/trace";
import type { FindingCode } from "./finding-codes.ts";

/** Something that was seen. */
export interface Observation {
  readonly code: FindingCode;
  /** What it is about; findings of one code and different subjects are counted apart. */
  readonly subject?: string;
  readonly severity: FindingSeverity;
  /** What is wrong and what to do, for a person. */
  readonly sentence: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly evidence?: Attributes;
  /** Whether people were told already, in other words: then it is not printed. */
  readonly isTold?: boolean;
}

/** A finding, without what the report adds about the process. */
export type Finding = Omit<FindingReport, "timeUnixNano" | "processStartUnixNano">;

/**
 * Subjects that are kept apart. A code whose subjects are lines of code has a few; more than this
 * are counted together, under the empty subject.
 */
const FINDING_COUNT_MAX = 200;

/** What the findings need. */
export interface FindingsOptions {
  readonly clock: Clock;
  /** Takes a line for people. */
  readonly print: (line: string) => void;
}

/** The findings of one process. */
export class Findings {
  readonly #clock: Clock;
  readonly #print: (line: string) => void;
  readonly #findings = new Map<string, Finding>();
  readonly #unsent = new Set<string>();
  /** Called when there is something to send. */
  onFinding: (() => void) | undefined;

  constructor({ clock, print }: FindingsOptions) {
    this.#clock = clock;
    this.#print = print;
  }

  /** Counts what was seen; the first time it is printed as well. */
  report(observation: Observation): void {
    const { code, severity, sentence } = observation;
    const subject = this.#room(code, observation.subject ?? "");
    const key = `${code}\n${subject}`;
    const known = this.#findings.get(key);
    const now = this.#clock.nowUnixNano();
    this.#findings.set(key, {
      kind: "finding",
      code,
      subject,
      severity,
      sentence,
      count: (known?.count ?? 0) + 1,
      firstSeenUnixNano: known?.firstSeenUnixNano ?? now,
      lastSeenUnixNano: now,
      traceId: observation.traceId ?? "",
      spanId: observation.spanId ?? "",
      evidence: observation.evidence ?? new Map(),
    });
    this.#unsent.add(key);
    if (known !== undefined) return;
    if (observation.isTold !== true) this.#print(sentence);
    this.onFinding?.();
  }

  /** Every finding, in the order in which they were first seen. */
  all(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  /** Those that changed since they were last taken. */
  takeUnsent(): readonly Finding[] {
    const taken: Finding[] = [];
    for (const key of this.#unsent) {
      const finding = this.#findings.get(key);
      if (finding !== undefined) taken.push(finding);
    }
    this.#unsent.clear();
    return taken;
  }

  #room(code: FindingCode, subject: string): string {
    const isKnown = this.#findings.has(`${code}\n${subject}`);
    return isKnown || this.#findings.size < FINDING_COUNT_MAX ? subject : "";
  }
}
