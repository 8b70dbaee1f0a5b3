import type { StoreEvent } from "@spoor/store";

/** A line for the operator about the life of the store; undefined where there is nothing to say. */
export function storeEventText(event: StoreEvent): string | undefined {
  switch (event.kind) {
    case "engine_ready":
      return undefined;
    case "engine_died":
      return (
        `ClickHouse ended (${event.reason}) and is started again in ${event.restartAfterMs} ms; ` +
        "until then senders are told to try again"
      );
    case "engine_restart_failed":
      return `ClickHouse could not be started again: ${event.reason}`;
    case "server_lost":
      return (
        `ClickHouse at ${event.address} is lost (${event.reason}); ` +
        "what arrives waits in the spool until it is back"
      );
    case "server_back":
      return `ClickHouse at ${event.address} answers again after ${event.lostMs} ms`;
    case "stale_lock_removed":
      return `process ${event.pid} left its lock on the data behind; it is gone, so it was removed`;
    case "dimension_missing":
      return `${event.table} has no row ${event.id}: its spans are shown without it`;
  }
}
