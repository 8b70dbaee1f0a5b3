/*
 * Watches a running tracer for what would otherwise go wrong in silence, and reports it.
 *
 * What needs a span is looked at when that span starts or ends, and costs a comparison or two;
 * stacks are taken for suspects only. The rest is looked at now and then by one timer, which does
 * not keep the process alive.
 */
import type { TracerProvider } from "@opentelemetry/api";
import type { Clock } from "@spoor/trace";
import { type AgeingSpan, NeverEndedDetector } from "./detect-never-ended.ts";
import { ContextLossDetector, type WatchedSpan } from "./detect-context-loss.ts";
import { checkProvider, SilenceDetector } from "./detect-silence.ts";
import type { Findings } from "./findings.ts";

/** How often the doctor looks around, in ms. */
const LOOK_DELAY_MS = 10_000;

/** A span as the doctor sees it. */
export interface PatientSpan extends WatchedSpan, AgeingSpan {
  readonly isSampled: boolean;
}

/** What the doctor watches. */
export interface Patient {
  readonly provider: TracerProvider;
  openSpans(): Iterable<AgeingSpan>;
  /** How many spans a server has taken so far. */
  deliveredCount(): number;
}

/** Watches one provider. Its methods are those of the tracer's observer. */
export class Doctor {
  readonly #patient: Patient;
  readonly #findings: Findings;
  readonly #clock: Clock;
  readonly #contextLoss: ContextLossDetector;
  readonly #neverEnded: NeverEndedDetector;
  readonly #silence: SilenceDetector;
  readonly #timer: NodeJS.Timeout;

  constructor(
    patient: Patient,
    { findings, clock }: { readonly findings: Findings; readonly clock: Clock },
  ) {
    this.#patient = patient;
    this.#findings = findings;
    this.#clock = clock;
    this.#contextLoss = new ContextLossDetector({ clock, findings });
    this.#neverEnded = new NeverEndedDetector(findings);
    const deliveredCount = (): number => patient.deliveredCount();
    this.#silence = new SilenceDetector({ findings, deliveredCount });
    this.#timer = setInterval(() => this.look(), LOOK_DELAY_MS).unref();
  }

  spanStarted(span: PatientSpan): void {
    this.#contextLoss.spanStarted(span);
    this.#neverEnded.spanStarted(span);
  }

  spanEnded(span: PatientSpan): void {
    this.#contextLoss.spanEnded(span);
    if (span.isSampled) this.#silence.sampledSpanEnded();
  }

  startedUnderEndedParent(span: PatientSpan, parent: PatientSpan): void {
    this.#findings.report({
      code: "started_under_ended_parent",
      subject: `${parent.name} > ${span.name}`,
      severity: "info",
      sentence:
        `"${span.name}" was started below "${parent.name}", which had ended: work that goes on ` +
        "after its parent. End the parent later, or start it as a root with a link to the parent.",
      traceId: span.traceId,
      spanId: span.spanId,
    });
  }

  /** Looks around; the timer does so by itself. */
  look(): void {
    this.#neverEnded.look(this.#patient.openSpans());
    this.#silence.look(this.#clock.monotonicMs());
    checkProvider(this.#patient.provider, this.#findings);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
