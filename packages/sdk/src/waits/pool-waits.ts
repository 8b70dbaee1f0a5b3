/*
 * Who has the connections of a pool for which a request waits: by trace, file and line, and
 * whether they work or only hold.
 */
import type { Clock, HolderSession, WaitHolder, WaitReport } from "@spoor/trace";
import { applicationFrame } from "../doctor/call-site.ts";
import {
  type ConnectionRecord,
  connectionRegistry,
  type PoolWait,
} from "../instrument/database/connection-registry.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { HOLDERS_MAX } from "./limits.ts";
import { ownHolder, reportOn, seen } from "./report-fields.ts";

/** What a request for a connection of a full pool waits for; undefined when it is none. */
export function explainPoolWait(span: OpenSpan, clock: Clock): WaitReport | undefined {
  const { subject } = span;
  if (subject === undefined || !connectionRegistry.isWaiting(subject)) return undefined;
  const { pool } = subject;
  const held = [...connectionRegistry.connectionsOf(pool)]
    .filter(({ checkout }) => checkout !== undefined)
    .toSorted((a, b) => (a.checkout?.sinceMs ?? 0) - (b.checkout?.sinceMs ?? 0));
  const workingCount = held.filter(isWorking).length;
  const fact = `${held.length} connections are taken, ${workingCount} of them work now`;
  return reportOn(span, clock, {
    kind: "pool",
    certainty: "seen",
    resource: { kind: "connection", ...nameOf(span) },
    holders: held.slice(0, HOLDERS_MAX).map((record) => holderOf(record, clock)),
    mayHaveMore: held.length > HOLDERS_MAX,
    queueCount: queueOf(subject) - 1,
    evidence: [seen(subject.poolName, fact)],
  });
}

function nameOf({ attributes }: OpenSpan): { name?: string } {
  const max = attributes["spoor.pool.max"];
  return typeof max === "number" ? { name: `${max} at most` } : {};
}

function queueOf({ pool }: PoolWait): number {
  return [...connectionRegistry.waits()].filter((wait) => wait.pool === pool).length;
}

function isWorking({ lastQuery }: ConnectionRecord): boolean {
  return lastQuery !== undefined && lastQuery.endedMs === undefined;
}

function holderOf(record: ConnectionRecord, clock: Clock): WaitHolder {
  const { checkout, lastQuery } = record;
  const nowMs = clock.monotonicMs();
  const now = clock.nowUnixNano();
  const at = (ms: number): bigint => now - BigInt(Math.max(0, Math.round((nowMs - ms) * 1e6)));
  const idle = record.transaction() === "open" ? "idle in transaction" : "idle while held";
  const since = lastQuery?.endedMs ?? checkout?.sinceMs ?? nowMs;
  const session: HolderSession = {
    system: record.system,
    id: record.backendPid() ?? 0,
    state: isWorking(record) ? "active" : idle,
    stateChangeUnixNano: at(since),
    ...(lastQuery === undefined
      ? {}
      : {
          statement: lastQuery.text,
          isStatementLast: !isWorking(record),
          statementStartUnixNano: at(lastQuery.startedMs),
        }),
  };
  const callSite = applicationFrame(checkout?.callSite?.stack);
  return ownHolder(checkout?.by, { session, callSite });
}
