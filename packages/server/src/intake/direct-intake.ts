import { errorMessage, type LossLedger, type SpoolBacklog, type DecodeLimits } from "@spoor/trace";
import type { TraceStore } from "@spoor/store";
import type { ReceivedRequest } from "../base/received-request.ts";
import type { SpanAccounts } from "../self/span-accounts.ts";
import { decodeRequest, newBatches } from "./decode-request.ts";
import { type Intake, type IntakeReply, refusedAsNotKept } from "./intake.ts";

/** What a direct intake needs. */
export interface DirectIntakeOptions {
  readonly store: Pick<TraceStore, "write" | "writeLogs">;
  readonly ledger: LossLedger;
  readonly accounts: SpanAccounts;
  readonly decodeLimits: DecodeLimits;
  /** Called with the trace ids of each request once it is stored, 16 bytes each. */
  readonly onStored: (traceIds: Uint8Array, spanCount: number) => void;
}

/**
 * Hands every request to the store at once, on this thread. For a store in memory, which has
 * nothing to gather for and loses everything with the process anyway.
 */
export class DirectIntake implements Intake {
  readonly #options: DirectIntakeOptions;

  constructor(options: DirectIntakeOptions) {
    this.#options = options;
  }

  async take(request: ReceivedRequest): Promise<IntakeReply> {
    const { store, ledger, accounts, decodeLimits, onStored } = this.#options;
    const { spans, logRecords } = newBatches();
    const reply = decodeRequest(request, { spans, logRecords }, ledger, decodeLimits);
    if (reply.kind === "refused") return reply;
    try {
      if (spans.spanCount > 0) await store.write(spans);
      if (logRecords.logRecordCount > 0) await store.writeLogs(logRecords);
    } catch (error) {
      const refused = refusedAsNotKept(errorMessage(error), reply.shares);
      accounts.refused(reply.shares, refused.reason);
      return refused;
    }
    accounts.acknowledgedAndStored(reply.shares);
    const { spanCount } = spans;
    if (spanCount > 0) onStored(spans.traceIds.subarray(0, spanCount * 16), spanCount);
    return reply;
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  /** There is no spool. */
  get backlog(): SpoolBacklog {
    return { segmentCount: 0, bytes: 0 };
  }

  /** What is acknowledged is stored already. */
  async freshen(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {
    // Nothing is held back.
  }
}
