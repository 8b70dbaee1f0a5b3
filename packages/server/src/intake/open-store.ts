import { join } from "node:path";
import {
  type BlockStore,
  lockDataPath,
  openClickHouseStore,
  openEmbeddedStore,
  openMemoryStore,
  type RetentionPolicy,
  type ServerStoreOptions,
  type StoreEventListener,
  type TraceStore,
} from "@spoor/store";
import { type Clock, DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";
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
import { RetentionTimer } from "./retention-timer.ts";
import { WorkerIntake } from "./worker-intake.ts";

/** Which store to open, and how careful its spool is. */
export interface OpenStoreOptions {
  readonly dataPath: string;
  readonly useMemoryStore: boolean;
  /** A ClickHouse of your own; without it the embedded one. */
  readonly clickhouse?: ClickHouseAddress | undefined;
  readonly syncMode: SyncMode;
  /** What a request may hold; without it the usual limits. */
  readonly decodeLimits?: DecodeLimits | undefined;
  /** What to delete; undefined keeps everything. Not of a store in memory: it is bounded. */
  readonly retention?: RetentionPolicy | undefined;
  readonly onProblem: (message: string) => void;
}

/** Which ClickHouse to use, and where in it. */
export type ClickHouseAddress = Pick<
  ServerStoreOptions,
  "urls" | "database" | "cluster" | "replication"
>;

/** A store and the intake that fits it. */
export interface OpenedStore {
  readonly store: TraceStore;
  /** Call once; `onStored` gets trace ids of new spans, 16 bytes each, and how many were stored. */
  readonly startIntake: (
    onStored: (traceIds: Uint8Array, spanCount: number) => void,
  ) => Promise<Intake>;
  /** Deletes what is old, now and then; undefined when nothing is to be deleted here. */
  readonly startRetention: () => RetentionTimer | undefined;
  /** Closes the store and lets go of the data directory. Call after the intake was closed. */
  readonly close: () => Promise<void>;
}

/** Opens the store in memory or the one in ClickHouse, the latter with a spool beside it. */
export async function openStore(
  options: OpenStoreOptions,
  { self, clock }: { readonly self: SelfReport; readonly clock: Clock },
): Promise<OpenedStore> {
  const { dataPath, useMemoryStore, syncMode, decodeLimits = DECODE_LIMITS, onProblem } = options;
  const { ledger, accounts } = self;
  if (useMemoryStore) {
    const memory = openMemoryStore({
      spanLimit: MEMORY_STORE_SPANS_MAX,
      logRecordLimit: MEMORY_STORE_LOG_RECORDS_MAX,
      ledger,
    });
    const startIntake: OpenedStore["startIntake"] = async (onStored) =>
      new DirectIntake({ store: memory, ledger, accounts, decodeLimits, onStored });
    const close = (): Promise<void> => memory.close();
    return { store: memory, startIntake, startRetention: () => undefined, close };
  }
  const { store, close } = await openClickHouse(options, clock);
  const startIntake: OpenedStore["startIntake"] = async (onStored) => {
    const intake = new WorkerIntake({
      spool: await Spool.open(join(dataPath, "spool")),
      syncMode,
      decodeLimits,
      ledger,
      accounts,
      writeBlock: (block, token) => store.writeBlock(block, token),
      writeLogBlock: (block, token) => store.writeLogBlock(block, token),
      onStored: ({ newestTraceIds, spanCount }) => onStored(newestTraceIds, spanCount),
      onDone: ({ sequence, senders }) => {
        ledger.count("span_unreadable", accounts.stored(sequence, senders));
      },
      onSetAside: ({ sequence, sealed, spanCount, logRecordCount, message }) => {
        // Spans that the store took are stored, whatever became of the log records beside them.
        if (sealed !== undefined && spanCount === 0) {
          ledger.count("span_unreadable", accounts.stored(sequence, sealed.senders));
        } else ledger.count("span_set_aside", accounts.setAside(sequence, sealed?.senders));
        ledger.count("log_record_set_aside", logRecordCount);
        onProblem(message);
      },
      onProblem,
    });
    await intake.caughtUp(CATCH_UP_MS_MAX);
    return intake;
  };
  const { retention } = options;
  const startRetention: OpenedStore["startRetention"] = () =>
    retention === undefined
      ? undefined
      : new RetentionTimer({
          policy: retention,
          retain: (policy) => store.retain(policy),
          ledger,
          onProblem,
        });
  return { store, startIntake, startRetention, close };
}

/** A store in ClickHouse, opened. */
interface OpenedClickHouse {
  readonly store: BlockStore;
  readonly close: () => Promise<void>;
}

/** The data directory belongs to one server, wherever its ClickHouse runs: its spool lies there. */
async function openClickHouse(
  { dataPath, clickhouse, onProblem }: OpenStoreOptions,
  clock: Clock,
): Promise<OpenedClickHouse> {
  const onEvent: StoreEventListener = (event) => {
    const text = storeEventText(event);
    if (text !== undefined) onProblem(text);
  };
  if (clickhouse === undefined) {
    const store = await openEmbeddedStore({ dataPath, clock, onEvent });
    return { store, close: () => store.close() };
  }
  const lock = lockDataPath(dataPath);
  if (lock.stalePid !== undefined) onEvent({ kind: "stale_lock_removed", pid: lock.stalePid });
  try {
    const store = await openClickHouseStore({ ...clickhouse, clock, onEvent });
    const close = async (): Promise<void> => {
      await store.close();
      lock.release();
    };
    return { store, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
