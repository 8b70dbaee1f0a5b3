/*
 * What overdue spans wait for: one verdict for each, or an honest unknown.
 *
 * A span that an instrumentation has told about (`OpenSpan.subject`) is asked about there. What
 * has no span of its own, such as a mutex, is found by the span in which it was asked for.
 */
import { type Clock, unknownWait, type WaitReport } from "@spoor/trace";
import { LocalProcesses } from "@spoor/waits";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { VERDICTS_MAX } from "./limits.ts";
import { PostgresQuestions } from "./postgres-questions.ts";

/** What verdicts need. */
export interface VerdictsOptions {
  readonly clock: Clock;
  readonly areDatabasesAsked: boolean;
}

/** Takes the verdict on a span, as soon as it is known. */
export type Note = (span: OpenSpan, wait: WaitReport) => void;

/** Finds out what spans wait for. Owns the connections that it asks over. */
export class Verdicts {
  readonly #clock: Clock;
  readonly #postgres: PostgresQuestions;

  constructor({ clock, areDatabasesAsked }: VerdictsOptions) {
    this.#clock = clock;
    const processes = new LocalProcesses({ clock });
    this.#postgres = new PostgresQuestions({ clock, processes, areDatabasesAsked });
  }

  /** Resolves when every verdict was noted. Never rejects. */
  async find(spans: readonly OpenSpan[], note: Note): Promise<void> {
    await Promise.all(
      spans.slice(0, VERDICTS_MAX).map(async (span) => {
        note(span, await this.#verdictOn(span));
      }),
    );
  }

  /** Closes what has not been used for a while. */
  rest(isOverdue: boolean): void {
    if (!isOverdue) this.#postgres.rest();
  }

  async close(): Promise<void> {
    await this.#postgres.close();
  }

  async #verdictOn(span: OpenSpan): Promise<WaitReport> {
    try {
      return (await this.#postgres.explain(span)) ?? this.#unknown(span);
    } catch (error) {
      return unknownWait(`asking failed: ${String(error)}`, this.#clock.nowUnixNano());
    }
  }

  #unknown(span: OpenSpan): WaitReport {
    const reason = "it is in code of which no wait is known";
    return {
      ...unknownWait(reason, this.#clock.nowUnixNano()),
      sinceUnixNano: span.startUnixNano,
    };
  }
}
