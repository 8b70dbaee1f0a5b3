import type { RetentionReport } from "./retention-policy.ts";

/** Something the operator may want to know. The store itself writes no log. */
export type StoreEvent =
  | { readonly kind: "engine_ready"; readonly pid: number; readonly startedAfterMs: number }
  | { readonly kind: "engine_died"; readonly reason: string; readonly restartAfterMs: number }
  | { readonly kind: "engine_restart_failed"; readonly reason: string }
  | { readonly kind: "server_lost"; readonly address: string; readonly reason: string }
  | { readonly kind: "server_back"; readonly address: string; readonly lostMs: number }
  | { readonly kind: "stale_lock_removed"; readonly pid: number }
  | { readonly kind: "retention_applied"; readonly report: RetentionReport }
  | { readonly kind: "minutes_not_counted"; readonly reason: string }
  | { readonly kind: "dimension_missing"; readonly table: string; readonly id: string };

/** Receives store events. Must not throw. */
export type StoreEventListener = (event: StoreEvent) => void;
