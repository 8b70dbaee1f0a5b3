import { join } from "node:path";
import { openEmbeddedStore, openMemoryStore, type TraceStore } from "@spoor/store";
import type { Clock } from "@spoor/trace";
import {
  CATCH_UP_MS_MAX,
  MEMORY_STORE_LOG_RECORDS_MAX,
  MEMORY_STORE_SPANS_MAX,
} from "../base/limits.ts";
import type { SelfReport } from "../self/self-report.ts";
import { storeEventText } from "../self/store-event-text.ts";
import type { SyncMode } from "../spool/segment-writer.ts";
import { Spool } from "../spool/spool.ts";
import { DirectIntake } from "./direct-intake.ts";
import type { Intake } from "./intake.ts";
import { WorkerIntake } from "./worker-intake.ts";

/** Which store to open, and how careful its spool is. */
export interface OpenStoreOptions {
  readonly dataPath: string;
  readonly useMemoryStore: boolean;
  readonly syncMode: SyncMode;
  readonly onProblem: (message: string) => void;
}

/** A store and the intake that fits it. */
export interface OpenedStore {
  readonly store: TraceStore;
  /** Call once; `onStored` gets trace ids of newly stored spans, 16 bytes each. */
  readonly startIntake: (onStored: (traceIds: Uint8Array) => void) => Promise<Intake>;
}

/** Opens the store in memory or the embedded one, the latter with a spool beside it. */
export async function openStore(
  { dataPath, useMemoryStore, syncMode, onProblem }: OpenStoreOptions,
  { self, clock }: { readonly self: SelfReport; readonly clock: Clock },
): Promise<OpenedStore> {
  const { ledger } = self;
  if (useMemoryStore) {
    const memory = openMemoryStore({
      spanLimit: MEMORY_STORE_SPANS_MAX,
      logRecordLimit: MEMORY_STORE_LOG_RECORDS_MAX,
      ledger,
    });
    const startIntake: OpenedStore["startIntake"] = async (onStored) =>
      new DirectIntake({ store: memory, ledger, onStored });
    return { store: memory, startIntake };
  }
  const store = await openEmbeddedStore({
    dataPath,
    clock,
    onEvent: (event) => {
      const text = storeEventText(event);
      if (text !== undefined) onProblem(text);
    },
  });
  const startIntake: OpenedStore["startIntake"] = async (onStored) => {
    const intake = new WorkerIntake({
      spool: await Spool.open(join(dataPath, "spool")),
      syncMode,
      ledger,
      writeBlock: (block, token) => store.writeBlock(block, token),
      writeLogBlock: (block, token) => store.writeLogBlock(block, token),
      onStored: (block) => onStored(block.newestTraceIds),
      onSetAside: ({ spanCount, logRecordCount }, message) => {
        ledger.count("span_set_aside", spanCount);
        ledger.count("log_record_set_aside", logRecordCount);
        onProblem(message);
      },
      onProblem,
    });
    await intake.caughtUp(CATCH_UP_MS_MAX);
    return intake;
  };
  return { store, startIntake };
}
