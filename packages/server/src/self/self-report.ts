import {
  type ClientMistake,
  type Clock,
  type LossAnswer,
  LossLedger,
  type LossReason,
  type ReceivedStatus,
  type SpoolBacklog,
  type StatusAnswer,
} from "@spoor/trace";
import { MISTAKES_KEPT, SENDERS_MAX } from "../base/limits.ts";
import { lossLines, SpanAccounts } from "./span-accounts.ts";

/** What the server knows of itself: what has arrived, what was lost, who sends it wrongly. */
export class SelfReport {
  readonly ledger: LossLedger = new LossLedger();
  readonly accounts: SpanAccounts = new SpanAccounts();
  readonly #refusedRequests = new LossLedger();
  readonly startedAtUnixNano: bigint;
  readonly #clock: Clock;
  readonly #mistakes: ClientMistake[] = [];
  readonly #received = {
    connections: 0,
    lastConnectionFrom: "",
    requests: 0,
    spans: 0,
    logRecords: 0,
    lastSpanAtUnixNano: "",
  };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.startedAtUnixNano = clock.nowUnixNano();
  }

  /** A client has connected to a port that receives spans. */
  connected(from: string): void {
    this.#received.connections += 1;
    this.#received.lastConnectionFrom = from;
  }

  /** A request was acknowledged. */
  accepted({
    spanCount,
    logRecordCount,
  }: {
    readonly spanCount: number;
    readonly logRecordCount: number;
  }): void {
    this.#received.requests += 1;
    this.#received.logRecords += logRecordCount;
    if (spanCount === 0) return;
    this.#received.spans += spanCount;
    this.#received.lastSpanAtUnixNano = this.#clock.nowUnixNano().toString();
  }

  /** A request was refused: it is counted as a loss and kept in words for the first-run page. */
  refused(mistake: {
    readonly from: string;
    readonly reason: LossReason;
    readonly message: string;
  }): void {
    this.ledger.count(mistake.reason);
    this.#refusedRequests.count(mistake.reason);
    this.#mistakes.unshift({ atUnixNano: this.#clock.nowUnixNano().toString(), ...mistake });
    this.#mistakes.length = Math.min(this.#mistakes.length, MISTAKES_KEPT);
  }

  /** What has arrived since the start. */
  get received(): ReceivedStatus {
    return { ...this.#received };
  }

  /** Where every span went. */
  loss(spool: SpoolBacklog): Omit<LossAnswer, "senderLosses" | "largeTraceCount" | "largeTraces"> {
    return {
      startedAtUnixNano: this.startedAtUnixNano.toString(),
      nowUnixNano: this.#clock.nowUnixNano().toString(),
      ...this.accounts.answer(),
      senderLimit: SENDERS_MAX,
      requests: {
        acknowledgedCount: this.#received.requests,
        refused: lossLines(this.#refusedRequests.entries()),
      },
      spool,
      losses: lossLines(this.ledger.entries()),
    };
  }

  /** The part of the status that this report knows. */
  status(): Pick<
    StatusAnswer,
    "startedAtUnixNano" | "nowUnixNano" | "received" | "losses" | "mistakes"
  > {
    return {
      startedAtUnixNano: this.startedAtUnixNano.toString(),
      nowUnixNano: this.#clock.nowUnixNano().toString(),
      received: this.received,
      losses: lossLines(this.ledger.entries()),
      mistakes: [...this.#mistakes],
    };
  }
}
