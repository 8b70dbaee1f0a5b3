/*
 * What overdue spans wait for: one verdict for each, or an honest unknown.
 *
 * A span that an instrumentation has told about (`OpenSpan.subject`) is asked about there. What
 * has no span of its own, such as a mutex, is found by the span in which it was asked for. The
 * thread pool comes last: that it is full says something about all who may need it.
 */
import { context } from "@opentelemetry/api";
import { type Clock, unknownWait, type WaitReport } from "@spoor/trace";
import { AgentProcesses, LocalProcesses, type Processes } from "@spoor/waits";
import { suppressTracing } from "../context/linked-context.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { explainHttp } from "./http-waits.ts";
import { VERDICT_LATE_MS, VERDICTS_MAX } from "./limits.ts";
import { explainLockWait } from "./lock-waits.ts";
import { mysqlQuestions } from "./mysql-questions.ts";
import { explainPoolWait } from "./pool-waits.ts";
import { postgresQuestions } from "./postgres-questions.ts";
import { RedisQuestions } from "./redis-questions.ts";
import { reportOn, seen, unknownOn } from "./report-fields.ts";
import { poolWork, threadEvidence, ThreadPool } from "./thread-pool.ts";

/** Nobody holds the span any more, so nothing will call its `end()`. */
function explainUnreachable(span: OpenSpan, clock: Clock): WaitReport {
  const fact = "nothing in this process holds the span any more, so nothing can end it";
  return reportOn(span, clock, {
    kind: "promise",
    certainty: "probable",
    evidence: [seen("garbage collector", fact)],
    gaps: ["or its code has left without calling end()"],
  });
}

/** What verdicts need. */
export interface VerdictsOptions {
  readonly clock: Clock;
  readonly areDatabasesAsked: boolean;
  /** How agents on other machines are asked; undefined: they are not. */
  readonly agents: { readonly secret: string; readonly port: number } | undefined;
  readonly spans: { openSpans(): Iterable<OpenSpan>; letGo(span: OpenSpan): void };
}

function processesOf({ clock, agents }: VerdictsOptions): Processes {
  const local = new LocalProcesses({ clock });
  if (agents === undefined) return local;
  return new AgentProcesses({
    ...agents,
    local,
    clock,
    untraced: (work) => context.with(suppressTracing(context.active()), work),
  });
}

/** Takes what is known of a span. */
export interface Notes {
  /** The verdict, as soon as it is known. One that comes late follows that it is late. */
  note(span: OpenSpan, wait: WaitReport): void;
  /** That others are asked first. Until that is late, a verdict of before says more. */
  noteTurn(span: OpenSpan, wait: WaitReport, how: { readonly isLate: boolean }): void;
}

/** Finds out what spans wait for. Owns the connections that it asks over. */
export class Verdicts {
  readonly #options: VerdictsOptions;
  readonly #processes: Processes;
  readonly #threadPool = new ThreadPool();
  readonly #postgres: ReturnType<typeof postgresQuestions>;
  readonly #mysql: ReturnType<typeof mysqlQuestions>;
  readonly #redis: RedisQuestions;

  constructor(options: VerdictsOptions) {
    this.#options = options;
    this.#processes = processesOf(options);
    const tools = { ...options, processes: this.#processes };
    this.#postgres = postgresQuestions(tools);
    this.#mysql = mysqlQuestions(tools);
    this.#redis = new RedisQuestions(tools);
  }

  /** Resolves when every verdict was noted. Never rejects. */
  async find(spans: readonly OpenSpan[], notes: Notes): Promise<void> {
    const open = [...this.#options.spans.openSpans()];
    await Promise.all(
      spans.slice(0, VERDICTS_MAX).map(async (span) => {
        let isKnown = false;
        let turn: WaitReport | undefined;
        const verdict = this.#verdictOn(span, open, (wait) => {
          turn = wait;
          notes.noteTurn(span, wait, { isLate: false });
        });
        const noted = verdict.then((wait) => {
          isKnown = true;
          notes.note(span, wait);
          return wait;
        });
        const isLate = await this.#isLate(noted);
        // The verdict itself is noted whenever it comes.
        if (!isLate || isKnown) return;
        if (turn === undefined) notes.note(span, await this.#lateVerdict(span));
        else notes.noteTurn(span, turn, { isLate: true });
      }),
    );
  }

  /** Closes what has not been used for a while. */
  rest(isOverdue: boolean): void {
    if (isOverdue) return;
    this.#postgres.rest();
    this.#mysql.rest();
    this.#redis.rest();
  }

  async close(): Promise<void> {
    this.#redis.close();
    await Promise.all([this.#postgres.close(), this.#mysql.close()]);
  }

  async #verdictOn(
    span: OpenSpan,
    open: readonly OpenSpan[],
    meanwhile: (wait: WaitReport) => void,
  ): Promise<WaitReport> {
    const { clock } = this.#options;
    const tools = { clock, processes: this.#processes, threadPool: this.#threadPool, open };
    try {
      return (
        explainPoolWait(span, clock) ??
        explainLockWait(span, clock) ??
        (await this.#postgres.explain(span, meanwhile)) ??
        (await this.#mysql.explain(span, meanwhile)) ??
        (await this.#redis.explain(span, open)) ??
        (await explainHttp(span, tools)) ??
        (await this.#withoutSubject(span))
      );
    } catch (error) {
      return unknownWait(`asking failed: ${String(error)}`, clock.nowUnixNano());
    }
  }

  async #isLate(verdict: Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<true>((resolve) => {
      timer = setTimeout(() => resolve(true), VERDICT_LATE_MS).unref();
    });
    const isLate = await Promise.race([verdict.then(() => false), late]);
    clearTimeout(timer);
    return isLate;
  }

  /**
   * When the verdict takes too long. What is read of the kernel is read by the thread pool: a full
   * one keeps us from finding anything else out.
   */
  async #lateVerdict(span: OpenSpan): Promise<WaitReport> {
    const { clock } = this.#options;
    if (await this.#threadPool.isFree()) {
      return unknownOn(span, clock, `asking took longer than ${VERDICT_LATE_MS} ms`);
    }
    return reportOn(span, clock, {
      kind: "threadpool",
      certainty: "probable",
      evidence: threadEvidence(),
    });
  }

  async #withoutSubject(span: OpenSpan): Promise<WaitReport> {
    const { clock } = this.#options;
    const work = poolWork();
    if (work.length > 0 && !(await this.#threadPool.isFree())) {
      const fact = `${work.length} tasks of this process wait for a thread (${[...new Set(work)].join(", ")})`;
      return reportOn(span, clock, {
        kind: "threadpool",
        certainty: "probable",
        evidence: [seen("process.getActiveResourcesInfo", fact), ...threadEvidence()],
      });
    }
    if (span.isUnreachable) return explainUnreachable(span, clock);
    // From now on it shows when nothing can end it.
    this.#options.spans.letGo(span);
    return unknownOn(span, clock, "it is in code of which no wait is known");
  }
}
