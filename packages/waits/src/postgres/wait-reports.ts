/*
 * What a walk saw, as one report for each waiter.
 */
import {
  type Clock,
  type HolderRole,
  type HolderSession,
  unknownWait,
  type WaitCost,
  type WaitEvidence,
  type WaitHolder,
  type WaitReport,
} from "@spoor/trace";
import type { ClockOffset } from "../base/clock-offset.ts";
import { known } from "../base/known.ts";
import { BLOCKING_CALLS_MAX, OTHER_LOCKS_MAX, WALK_ROUNDS_MAX } from "../base/limits.ts";
import type { Query } from "../base/query.ts";
import type { Waiter } from "../base/waiter.ts";
import { type HolderInput, type HolderTools, nameHolder } from "../process/holder.ts";
import { redactStatement } from "../statement/redact-statement.ts";
import { spanIn } from "../statement/trace-parent.ts";
import { type LockedRow, readLockedRow } from "./locked-row.ts";
import { type LockRow, readSessions, type ServerFacts, type SessionRow } from "./postgres-rows.ts";
import { grantRemedy, remediesFor } from "./remedies.ts";
import { resourceOf } from "./resource.ts";
import type { Chain, Queue, WalkResult } from "./walk.ts";

/** What the reports need besides the walk. */
export interface ReportTools {
  readonly query: Query;
  readonly clock: Clock;
  /** As no other server says it; empty where it does not say. */
  readonly server: string;
  readonly facts: ServerFacts;
  readonly isServerHere: boolean;
  readonly offset: ClockOffset;
  readonly holders: HolderTools;
  readonly showsPrimaryKeys: boolean;
}

/** A report for each waiter, by its pid. */
export async function reportsOf(
  tools: ReportTools,
  waiters: readonly Waiter[],
  { sessions, queues, isCut }: WalkResult,
  cost: () => WaitCost,
): Promise<Map<number, WaitReport>> {
  const reports = new Map<number, WaitReport>();
  for (const queue of queues) {
    const shared = await reportOfQueue(tools, queue, isCut);
    for (const waiter of queue.waiters) {
      reports.set(waiter.pid, reportInQueue(tools, shared, queue, waiter, sessions));
    }
  }
  for (const waiter of waiters) {
    if (reports.has(waiter.pid)) continue;
    reports.set(waiter.pid, reportWithoutLock(tools, waiter, sessions.get(waiter.pid)));
  }
  const total = cost();
  return new Map([...reports].map(([pid, report]) => [pid, { ...report, cost: total }]));
}

/** What all waiters of one queue share. */
async function reportOfQueue(
  tools: ReportTools,
  queue: Queue,
  isCut: boolean,
): Promise<WaitReport> {
  const { chain } = queue;
  const base = {
    ...unknownWait("", tools.clock.nowUnixNano()),
    gaps: [],
    kind: "db.lock" as const,
  };
  if (chain === undefined) {
    const gap = `the walk ended after ${BLOCKING_CALLS_MAX} calls, before this lock's turn`;
    return { ...base, ...known({ resource: resourceOf(queue.locks) }), gaps: [gap] };
  }
  const ownLocks = chain.locks.filter(({ pid }) => pid === chain.followedPid);
  const row = await lockedRow(tools, ownLocks, chain);
  const named = await nameHolders(tools, chain, await sharersOf(tools, chain, row));
  const holders = named.map(({ holder }) => holder);
  const gaps = gapsOf(tools, chain, holders);
  if (isCut) gaps.push(`more sessions wait than the ${OTHER_LOCKS_MAX} whose locks were read`);
  const hidden = isAnyHidden(chain) && !tools.facts.seesAllSessions;
  const remedies = remediesFor(holders, tools.facts);
  return {
    ...base,
    ...known({ resource: resourceOf(ownLocks, row?.primaryKey) ?? resourceOf(queue.locks) }),
    certainty: holders.length > 0 ? "seen" : "probable",
    holders,
    mayHaveMore: row?.mayHaveMore === true || chain.leftOutCount > 0,
    evidence: [...lockEvidence(chain, ownLocks), ...named.flatMap(({ evidence }) => evidence)],
    gaps,
    remedies: hidden ? [...remedies, grantRemedy(tools.facts.user)] : remedies,
  };
}

function reportInQueue(
  tools: ReportTools,
  shared: WaitReport,
  { chain, pids, transactionPids }: Queue,
  waiter: Waiter,
  sessions: ReadonlyMap<number, SessionRow>,
): WaitReport {
  const session = sessions.get(waiter.pid);
  const sinceUnixNano = waiter.sinceUnixNano ?? tools.offset.unixNano(session?.statementStart);
  const isFollowed = chain === undefined || chain.followedPid === waiter.pid;
  const inQueue: WaitEvidence = {
    certainty: "seen",
    source: "pg_locks",
    fact: `session ${waiter.pid} waits for the same lock as session ${chain?.followedPid}`,
  };
  return {
    ...shared,
    ...known({ sinceUnixNano }),
    holders: shared.holders.filter(({ session: holding }) => holding?.id !== waiter.pid),
    queueCount: pids.length - 1,
    // Once is enough, because whoever reads it reads this report too.
    ...(chain?.followedPid === waiter.pid && tools.server !== ""
      ? {
          queue: { server: tools.server, sessionIds: pids, transactionSessionIds: transactionPids },
        }
      : {}),
    evidence: isFollowed ? shared.evidence : [inQueue, ...shared.evidence],
  };
}

/** A session that waits for no lock: it runs, or it has answered, or it has ended. */
function reportWithoutLock(
  { clock, offset }: ReportTools,
  waiter: Waiter,
  session: SessionRow | undefined,
): WaitReport {
  const now = clock.nowUnixNano();
  const since = waiter.sinceUnixNano ?? offset.unixNano(session?.statementStart);
  const base = { ...unknownWait("", now), ...known({ sinceUnixNano: since }), gaps: [] };
  if (session === undefined) {
    return { ...base, gaps: [`session ${waiter.pid} is not in the database any more`] };
  }
  const { waitEventType, waitEvent, state, isHidden } = session;
  if (isHidden) {
    return { ...base, gaps: [`what session ${waiter.pid} does is hidden from this user`] };
  }
  const event = waitEventType === undefined ? "none" : `${waitEventType}:${waitEvent ?? ""}`;
  if (state !== "active") {
    const fact = `session ${waiter.pid} is ${state ?? "not active"}: it has nothing left to do`;
    const gap = "the database has answered already; the answer is on its way, or not yet read";
    return { ...base, evidence: seen(fact), gaps: [gap] };
  }
  if (waitEvent === "ClientWrite") {
    const fact = `session ${waiter.pid} waits in ClientWrite: its answer is not taken`;
    return { ...base, kind: "db.unread", evidence: seen(fact) };
  }
  const fact =
    waitEventType === undefined
      ? `session ${waiter.pid} is active and waits for nothing: it computes`
      : `session ${waiter.pid} is active, in ${event}`;
  const purpose = "shows what the statement does, without running it";
  const remedies = [{ purpose, text: "EXPLAIN <the statement>;" }];
  return { ...base, kind: "db.running", evidence: seen(fact), remedies };
}

function seen(fact: string): WaitEvidence[] {
  return [{ certainty: "seen", source: "pg_stat_activity", fact }];
}

async function lockedRow(
  { query, showsPrimaryKeys }: ReportTools,
  locks: readonly LockRow[],
  chain: Chain,
): Promise<LockedRow | undefined> {
  // The first waiter for the row has the lock that says which row, if this one has not.
  const own = [...locks, ...chain.locks].find(({ lockType }) => lockType === "tuple");
  // Reading the table would put us into the queue behind a schema change.
  const isTableLocked = chain.locks.some(({ lockType }) => lockType === "relation");
  if (own === undefined || isTableLocked) return undefined;
  const waited = chain.locks.find(
    ({ pid, lockType, isGranted }) => pid === own.pid && lockType === "transactionid" && !isGranted,
  );
  return await readLockedRow(query, own, {
    transactionId: waited?.transactionId,
    showsPrimaryKey: showsPrimaryKeys,
  });
}

/** Others that share the row's lock with a root that was found. */
async function sharersOf(
  { query }: ReportTools,
  chain: Chain,
  row: LockedRow | undefined,
): Promise<SessionRow[]> {
  const named = new Set([...chain.roots, ...chain.between, ...chain.cycle].map(({ pid }) => pid));
  const others = (row?.sharedBy ?? []).filter((pid) => !named.has(pid));
  return await readSessions(query, others);
}

async function nameHolders(
  tools: ReportTools,
  chain: Chain,
  sharers: readonly SessionRow[],
): Promise<{ holder: WaitHolder; evidence: readonly WaitEvidence[] }[]> {
  const prepared = chain.prepared.map(({ gid, prepared: since }) => ({
    holder: {
      role: "root" as const,
      instrumentation: "unknown" as const,
      isClientGone: false,
      preparedTransaction: gid,
      ...known({ preparedUnixNano: tools.offset.unixNano(since) }),
    },
    evidence: [
      {
        certainty: "seen" as const,
        source: "pg_prepared_xacts",
        fact: `the transaction ${gid} is prepared and neither committed nor rolled back`,
      },
    ],
  }));
  const name = async (rows: readonly SessionRow[], role: HolderRole) =>
    await Promise.all(
      rows.map(async (row) => {
        const named = await nameHolder(tools.holders, holderInput(tools, row, role));
        const resource = resourceOf(chain.locks.filter(({ pid }) => pid === row.pid));
        return { ...named, holder: { ...named.holder, ...known({ resource }) } };
      }),
    );
  return [
    ...(await name([...chain.roots, ...sharers], "root")),
    ...prepared,
    ...(await name(chain.cycle, "cycle")),
    ...(await name(chain.between, "between")),
  ];
}

function holderInput(tools: ReportTools, row: SessionRow, role: HolderRole): HolderInput {
  const { facts, isServerHere } = tools;
  const isClient = row.backendType === undefined || row.backendType === "client backend";
  return {
    role,
    session: sessionOf(tools, row),
    connection: known({
      client: row.client,
      server: facts.server === undefined ? undefined : facts.server,
      serverPid: isServerHere ? row.pid : undefined,
      serverPidThere: isServerHere ? undefined : row.pid,
    }),
    span: spanIn(row.statement) ?? spanIn(row.application),
    ...(isClient ? {} : { noClient: `it is the database's own ${row.backendType}` }),
  };
}

function sessionOf({ offset, server }: ReportTools, row: SessionRow): HolderSession {
  const { state, statement, waitEvent, waitEventType } = row;
  const isWaitingForLock = waitEventType === "Lock";
  return {
    system: "postgresql",
    id: row.pid,
    ...known({
      server: server === "" ? undefined : server,
      user: row.user,
      application: row.application,
      address: row.client?.address,
      port: row.client?.port,
      state,
      waitsFor: isWaitingForLock ? `Lock:${waitEvent ?? ""}` : undefined,
      statement: statement === undefined ? undefined : redactStatement(statement, "postgresql"),
      isStatementLast: state === undefined ? undefined : state !== "active",
      transactionStartUnixNano: offset.unixNano(row.transactionStart),
      statementStartUnixNano: offset.unixNano(row.statementStart),
      stateChangeUnixNano: offset.unixNano(row.stateChange),
    }),
  };
}

function lockEvidence(chain: Chain, locks: readonly LockRow[]): WaitEvidence[] {
  const waited = locks.find(({ isGranted }) => !isGranted);
  const blockers = [...chain.roots, ...chain.cycle].map(({ pid }) => pid);
  const evidence: WaitEvidence[] = [];
  if (waited !== undefined) {
    const fact = `session ${chain.followedPid} waits for a ${waited.mode} on ${waited.lockType}`;
    evidence.push({ certainty: "seen", source: "pg_locks", fact });
  }
  if (blockers.length > 0) {
    const fact = `session ${chain.followedPid} is blocked by ${blockers.join(", ")}`;
    evidence.push({ certainty: "seen", source: "pg_blocking_pids", fact });
  }
  return evidence;
}

function isAnyHidden({ roots, between, cycle }: Chain): boolean {
  return [...roots, ...between, ...cycle].some(({ isHidden }) => isHidden);
}

function gapsOf({ facts }: ReportTools, chain: Chain, holders: readonly WaitHolder[]): string[] {
  const gaps: string[] = [];
  if (chain.isCutOff) {
    gaps.push(`the walk ended after ${BLOCKING_CALLS_MAX} calls or ${WALK_ROUNDS_MAX} rounds`);
  } else if (holders.length === 0) {
    gaps.push(
      chain.hasPrepared
        ? "a prepared transaction whose name could not be read holds it"
        : "whoever held it let go while we looked",
    );
  }
  if (chain.leftOutCount > 0) gaps.push(`${chain.leftOutCount} more holders are not listed`);
  if (isAnyHidden(chain)) {
    gaps.push(`the state, ages and address of other users' sessions are hidden from ${facts.user}`);
  }
  return gaps;
}
