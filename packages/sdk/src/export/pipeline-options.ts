import type { LossLedger } from "@spoor/trace/basics";
import type { ExportSettings } from "../settings/export-settings.ts";
import type { QueuedChunk } from "./chunk-queue.ts";
import type { Delivery } from "./delivery.ts";
import type { ExportObserver } from "./export-observer.ts";
import type { Pauses } from "./pauses.ts";

/** What a pipeline works with. */
export interface PipelineOptions {
  readonly settings: ExportSettings;
  readonly ledger: LossLedger;
  readonly pauses: Pauses;
  readonly observer: ExportObserver;
  onLoss(): void;
  /** Brings in what the source still holds. */
  seal(): void;
  /** Keeps what the process has no time to send any more; false when that cannot be done. */
  storeNow?(chunks: readonly QueuedChunk[]): boolean;
  createDelivery(chunks: readonly QueuedChunk[]): Delivery;
}
