import type { RetentionReport, StoreEvent } from "@spoor/store";
import { formatBytes } from "@spoor/trace";

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
    case "retention_applied":
      return retentionText(event.report);
    case "minutes_not_counted":
      return `calls and durations were not counted (${event.reason}); it is tried again in a minute`;
    case "dimension_missing":
      return `${event.table} has no row ${event.id}: its spans are shown without it`;
  }
}

function retentionText(report: RetentionReport): string | undefined {
  const { deletedSpanCount, deletedLogRecordCount, freedBytes } = report;
  const { droppedDays, thinnedDays, isOverSize } = report;
  const parts: string[] = [];
  if (droppedDays.length + thinnedDays.length > 0) {
    const days = [
      ...droppedDays,
      ...thinnedDays.map((day) => `${day} but for traces with an error`),
    ];
    parts.push(
      `deleted ${deletedSpanCount} old spans and ${deletedLogRecordCount} log records ` +
        `(${days.join(", ")}), ${formatBytes(freedBytes)} freed`,
    );
  }
  if (isOverSize) {
    parts.push("the spans of one day take more disk than --retention-size allows, and are kept");
  }
  return parts.length === 0 ? undefined : parts.join("; ");
}
