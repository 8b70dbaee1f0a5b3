/*
 * What is derived from the spans of some minutes, as SQL. The same text fills the tables and
 * answers for minutes that are not in the tables yet.
 *
 * Parameters: `minutes` (starts, in seconds), `first` (the least of them) and `last` (the last
 * second of the greatest).
 */
import { CHILD_MINUTES_AFTER, CHILD_MINUTES_BEFORE } from "../base/limits.ts";
import { durationBucketSql } from "../base/duration-histogram.ts";
import { PEER_KEYS } from "@spoor/trace";

/** A table with its database, or a name that the connection completes. */
export type TableNamer = (table: string) => string;

const MINUTE = "toUnixTimestamp(tb) - toUnixTimestamp(tb) % 60";
const IN_MINUTES = `tb >= {first:UInt32} AND tb <= {last:UInt32}
  AND ${MINUTE} IN {minutes:Array(UInt32)}`;

/** minute, service, name, kind, spans, errors, durations; `and` narrows the spans. */
export function operationsSql(table: TableNamer, and: string = ""): string {
  return `
SELECT minute, service, name, kind, sum(n) AS spans, sum(failed) AS errors,
  mapFromArrays(groupArray(bucket), groupArray(n)) AS durations
FROM (
  SELECT ${MINUTE} AS minute, service, name, kind, ${durationBucketSql("dur")} AS bucket,
    count() AS n, countIf(status = 2) AS failed
  FROM ${table("spans")}
  WHERE ${IN_MINUTES} ${and}
  GROUP BY minute, service, name, kind, bucket
)
GROUP BY minute, service, name, kind`;
}

/**
 * minute, caller, callee, callee_type, calls, errors, durations.
 *
 * `parents` are the spans of the minutes, `entries` the server and consumer spans of the minutes
 * around them. What `entries` answer is a call of a service; a client or producer span that none
 * answers calls what its attributes name.
 */
export function edgesSql(table: TableNamer): string {
  const spans = table("spans");
  const before = CHILD_MINUTES_BEFORE * 60;
  const after = CHILD_MINUTES_AFTER * 60;
  const isOutgoing = "parent.kind IN (3, 4)";
  return `
SELECT minute, caller, callee, callee_type, sum(n) AS calls, sum(failed) AS errors,
  mapFromArrays(groupArray(bucket), groupArray(n)) AS durations
FROM (
  SELECT minute, caller, callee, callee_type, ${durationBucketSql("duration")} AS bucket,
    count() AS n, countIf(state = 2) AS failed
  FROM (
    SELECT
      parent.minute AS minute, parent.service AS caller,
      entry.is_there AND entry.minute BETWEEN parent.minute - ${before} AND parent.minute + ${after}
        AS is_answered,
      if(is_answered, entry.service, parent.peer.2) AS callee,
      if(is_answered, 'service', parent.peer.1) AS callee_type,
      if(${isOutgoing}, parent.dur, entry.dur) AS duration,
      if(${isOutgoing}, parent.status, entry.status) AS state
    FROM (
      SELECT ${MINUTE} AS minute, trace_id, span_id, toString(service) AS service, kind, status,
        dur, if(kind IN (3, 4), ${PEER}, ('', '')) AS peer
      FROM ${spans}
      WHERE ${IN_MINUTES}
    ) AS parent
    LEFT JOIN (
      SELECT ${MINUTE} AS minute, trace_id, parent_id, toString(service) AS service, status, dur,
        true AS is_there
      FROM ${spans}
      WHERE tb >= {first:UInt32} - ${before} AND tb <= {last:UInt32} + ${after}
        AND kind IN (2, 5) AND parent_id != toFixedString('', 8)
    ) AS entry
    ON parent.trace_id = entry.trace_id AND parent.span_id = entry.parent_id
    WHERE is_answered OR ${isOutgoing}
  )
  GROUP BY minute, caller, callee, callee_type, bucket
)
GROUP BY minute, caller, callee, callee_type`;
}

/**
 * caller, callee, callee_type, calls, errors, sums: those of what `rows` selects, which are
 * the first three of these, `call_count`, `error_count` and `durations`.
 */
export function summedEdgesSql(rows: string): string {
  return `
SELECT caller, callee, callee_type,
  sum(call_count) AS calls, sum(error_count) AS errors, sumMap(durations) AS sums
FROM (${rows})
GROUP BY caller, callee, callee_type`;
}

/** The first that is not empty, of text attributes. */
function firstText(names: readonly string[]): string {
  const values = names.map((name) => `attrs_s['${name}']`);
  return values.reduceRight((rest, value) => `if(${value} != '', ${value}, ${rest})`, "''");
}

const PEER = `multiIf(
          ${firstText(PEER_KEYS.databaseSystem)} != '',
          ('database', ${firstText([...PEER_KEYS.database, ...PEER_KEYS.databaseSystem])}),
          kind = 4 OR ${firstText(PEER_KEYS.messagingSystem)} != '',
          ('messaging', ${firstText([...PEER_KEYS.messaging, ...PEER_KEYS.messagingSystem])}),
          ('external', ${firstText(PEER_KEYS.external)}))`;
