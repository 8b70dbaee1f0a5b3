import { errorMessage, type LossLedger, SpanBatch } from "@spoor/trace";
import type { TraceStore } from "@spoor/store";
import type { ReceivedRequest } from "../base/received-request.ts";
import { decodeRequest } from "./decode-request.ts";
import { type Intake, type IntakeReply, refusedAsNotKept } from "./intake.ts";

/** What a direct intake needs. */
export interface DirectIntakeOptions {
  readonly store: Pick<TraceStore, "write">;
  readonly ledger: LossLedger;
  /** Called with the trace ids of each request once it is stored, 16 bytes each. */
  readonly onStored: (traceIds: Uint8Array) => void;
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
    const { store, ledger, onStored } = this.#options;
    const batch = new SpanBatch();
    const reply = decodeRequest(request, batch, ledger);
    if (reply.kind === "refused" || batch.spanCount === 0) return reply;
    try {
      await store.write(batch);
    } catch (error) {
      return refusedAsNotKept(errorMessage(error));
    }
    onStored(batch.traceIds.subarray(0, batch.spanCount * 16));
    return reply;
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  /** What is acknowledged is stored already. */
  async freshen(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {
    // Nothing is held back.
  }
}
