/*
 * From sessions that wait to those that hold, in PostgreSQL, best first.
 *
 * 1. All waiters are described at once, with the locks that they wait for. Those that wait for the
 *    same lock are one queue, and only its longest-waiting member is followed. The same look at the
 *    locks shows who else stands in the queue: sessions of other instances.
 * 2. Its blockers are asked for (`pg_blocking_pids`, which costs the whole server a little) and
 *    described. As soon as some of them do not wait for a lock themselves, these are the roots.
 * 3. Else the longest-waiting few of them are followed in the same way. In a queue for one row,
 *    each waiter is blocked by everybody before it, so following all would cost the square of the
 *    queue, and a recursive query over paths the power of two.
 * 4. A pid 0 is a prepared transaction: a root without session. When nobody is left to follow and
 *    there is no root, the waiters wait for each other.
 *
 * It ends after `WALK_ROUNDS_MAX` rounds and, over all queues, `BLOCKING_CALLS_MAX` calls.
 */
import { grouped } from "../base/grouped.ts";
import {
  BLOCKERS_EXPANDED_MAX,
  BLOCKING_CALLS_MAX,
  HOLDERS_MAX,
  WALK_ROUNDS_MAX,
} from "../base/limits.ts";
import type { CostMeter, Query } from "../base/query.ts";
import type { Waiter } from "../base/waiter.ts";
import {
  type LockRow,
  type PreparedRow,
  readAllLocks,
  readLocks,
  readPrepared,
  readSessions,
  type SessionRow,
} from "./postgres-rows.ts";

/** Who stands at the end of a queue's chain. */
export interface Chain {
  /** The session that was followed. */
  readonly followedPid: number;
  readonly roots: readonly SessionRow[];
  readonly prepared: readonly PreparedRow[];
  /** Prepared transactions that block, whether or not their names could be read. */
  readonly hasPrepared: boolean;
  /** Sessions between the waiter and its roots, those next to the roots first. */
  readonly between: readonly SessionRow[];
  /** Sessions that wait for each other, instead of roots. */
  readonly cycle: readonly SessionRow[];
  /** Roots and others that were found and are not listed. */
  readonly leftOutCount: number;
  /** The budget ended before a root was found. */
  readonly isCutOff: boolean;
  /** What those between wait for. */
  readonly locks: readonly LockRow[];
}

/** Sessions that wait for the same lock. */
export interface Queue {
  readonly waiters: readonly Waiter[];
  /** What they wait for, as the first of them sees it. */
  readonly locks: readonly LockRow[];
  readonly chain: Chain | undefined;
  /** All sessions in it, also those that nobody asked about. */
  readonly pids: readonly number[];
  /** Those in other queues that wait for the same transaction. */
  readonly transactionPids: readonly number[];
}

/** What one walk saw. */
export interface WalkResult {
  readonly sessions: ReadonlyMap<number, SessionRow>;
  readonly queues: readonly Queue[];
  /** More sessions wait than the queues tell. */
  readonly isCut: boolean;
}

/** What a walk needs. */
export interface WalkTools {
  readonly query: Query;
  readonly version: number;
  readonly meter: CostMeter;
}

/** Follows every queue among `waiters`, the one with the oldest waiter first. */
export async function walk(tools: WalkTools, waiters: readonly Waiter[]): Promise<WalkResult> {
  const pids = [...new Set(waiters.map(({ pid }) => pid))];
  const rows = await readSessions(tools.query, pids);
  const sessions = new Map(rows.map((row) => [row.pid, row]));
  const { locks, isCut } = await readAllLocks(tools.query, pids, tools.version);
  const fellows = new Fellows(locks);
  const budget = { calls: BLOCKING_CALLS_MAX };
  const queues: Queue[] = [];
  for (const members of queuesOf(waiters, sessions, locks)) {
    const [first] = members;
    if (first === undefined) continue;
    const chain = budget.calls > 0 ? await followChain(tools, first.pid, budget) : undefined;
    const own = locks.filter(({ pid }) => members.some((member) => member.pid === pid));
    queues.push({ waiters: members, locks: own, chain, ...fellows.of(first.pid) });
  }
  return { sessions, queues, isCut };
}

/** Waiters by what they wait for, each queue and all queues with the longest-waiting first. */
function queuesOf(
  waiters: readonly Waiter[],
  sessions: ReadonlyMap<number, SessionRow>,
  locks: readonly LockRow[],
): Waiter[][] {
  const locksByPid = grouped(locks, ({ pid }) => pid);
  const waiting = waiters
    .filter(({ pid }) => isWaiting(sessions.get(pid), locksByPid.get(pid) ?? []))
    .sort((left, right) => Number((left.sinceUnixNano ?? 0n) - (right.sinceUnixNano ?? 0n)))
    .sort((left, right) => byStart(sessions.get(left.pid), sessions.get(right.pid)));
  return [...grouped(waiting, ({ pid }) => queueName(pid, locksByPid.get(pid) ?? [])).values()];
}

/** Whether a session waits for a lock. `pg_locks` tells it even where privileges hide the rest. */
function isWaiting(session: SessionRow | undefined, locks: readonly LockRow[]): boolean {
  if (session === undefined) return false;
  return session.waitEventType === "Lock" || locks.some(({ isGranted }) => !isGranted);
}

/** The first waiter for a row holds its `tuple` lock and waits for a transaction. */
function queueName(pid: number, locks: readonly LockRow[]): string {
  const tuple = locks.find(({ lockType }) => lockType === "tuple");
  if (tuple !== undefined) return `row ${tuple.table} ${tuple.page} ${tuple.tuple}`;
  const lock = locks.find(({ isGranted }) => !isGranted);
  if (lock === undefined) return `session ${pid}`;
  const { lockType, mode, table, transactionId, classId, objectId, objectSubId } = lock;
  // Of a table in another database the name is not known, nor of some rarer locks anything.
  const parts = [table, transactionId, classId, objectId, objectSubId];
  if (parts.every((part) => part === undefined)) return `session ${pid}`;
  return [lockType, mode, ...parts].join(" ");
}

/** Whom the locks show in the same queue. */
class Fellows {
  readonly #locksByPid: ReadonlyMap<number, readonly LockRow[]>;
  /** Pids by the name of their queue. */
  readonly #queues: ReadonlyMap<string, readonly number[]>;

  constructor(locks: readonly LockRow[]) {
    this.#locksByPid = grouped(locks, ({ pid }) => pid);
    const waiting = [...this.#locksByPid.keys()].filter((pid) =>
      this.#locksOf(pid).some(({ isGranted }) => !isGranted),
    );
    this.#queues = grouped(waiting, (pid) => this.#nameOf(pid));
  }

  /** Everybody in the queue of `pid`, and everybody else whom its transaction keeps waiting. */
  of(pid: number): Pick<Queue, "pids" | "transactionPids"> {
    const pids = this.#queues.get(this.#nameOf(pid)) ?? [pid];
    const transactions = this.#transactionsOf(pids);
    const others = [...this.#queues.values()].filter(
      (queue) =>
        queue !== pids && this.#transactionsOf(queue).some((id) => transactions.includes(id)),
    );
    return { pids, transactionPids: others.flat() };
  }

  #nameOf(pid: number): string {
    return queueName(pid, this.#locksOf(pid));
  }

  #locksOf(pid: number): readonly LockRow[] {
    return this.#locksByPid.get(pid) ?? [];
  }

  #transactionsOf(pids: readonly number[]): string[] {
    const waited = pids.flatMap((pid) => this.#locksOf(pid)).filter(({ isGranted }) => !isGranted);
    return [...new Set(waited.flatMap(({ transactionId }) => transactionId ?? []))];
  }
}

function byStart(left: SessionRow | undefined, right: SessionRow | undefined): number {
  // As many digits each: microseconds since 1970. Hidden ones come last.
  const [from, to] = [left?.statementStart ?? "~", right?.statementStart ?? "~"];
  if (from === to) return (left?.pid ?? 0) - (right?.pid ?? 0);
  return from < to ? -1 : 1;
}

/** What a walk has found so far from one waiter. */
interface Found {
  readonly sessions: Map<number, SessionRow>;
  /** By whose blockers each was found first. */
  readonly behind: Map<number, number>;
  readonly blockers: Map<number, readonly number[]>;
  readonly preparedBehind: Set<number>;
  readonly roots: Set<number>;
}

async function followChain(
  tools: WalkTools,
  pid: number,
  budget: { calls: number },
): Promise<Chain> {
  const found: Found = {
    sessions: new Map(),
    behind: new Map(),
    blockers: new Map(),
    preparedBehind: new Set(),
    roots: new Set(),
  };
  let expand = [pid];
  let isCutOff = false;
  for (let round = 0; expand.length > 0; round += 1) {
    isCutOff = round >= WALK_ROUNDS_MAX || budget.calls <= 0;
    if (isCutOff) break;
    await askRound(tools, found, expand.slice(0, budget.calls), budget);
    if (found.roots.size > 0 || found.preparedBehind.size > 0) break;
    expand = [...found.sessions.values()]
      .filter((session) => session.pid !== pid && !found.blockers.has(session.pid))
      .sort(byStart)
      .slice(0, BLOCKERS_EXPANDED_MAX)
      .map((session) => session.pid);
  }
  return await describeChain(tools, pid, found, isCutOff);
}

async function askRound(
  { query, version, meter }: WalkTools,
  found: Found,
  expand: readonly number[],
  budget: { calls: number },
): Promise<void> {
  budget.calls -= expand.length;
  meter.addBlockingCalls(expand.length);
  const asked = await readSessions(query, expand, { blockersOf: expand, isBrief: true });
  for (const pid of expand) found.blockers.set(pid, []);
  const fresh: number[] = [];
  for (const { pid, blockers = [] } of asked) {
    found.blockers.set(pid, blockers);
    for (const blocker of blockers) {
      if (blocker === 0) found.preparedBehind.add(pid);
      else if (!found.behind.has(blocker) && !found.blockers.has(blocker)) {
        found.behind.set(blocker, pid);
        fresh.push(blocker);
      }
    }
  }
  const rows = await readSessions(query, fresh, { isBrief: true });
  // A session that looks for deadlocks shows no wait event while it still stands in the queue: only
  // `pg_locks` tells it from one that holds. Hidden ones show no event at all.
  const doubtful = rows.filter((row) => !isWaiting(row, [])).map(({ pid }) => pid);
  const locks = await readLocks(query, doubtful, version);
  for (const row of rows) {
    const own = locks.filter(({ pid }) => pid === row.pid);
    if (!isWaiting(row, own)) found.roots.add(row.pid);
    // Hidden sessions tell no times of their own, and who waits longest is followed first.
    const waitStart = own.find(({ isGranted }) => !isGranted)?.waitStart;
    const statementStart = row.statementStart ?? waitStart;
    found.sessions.set(row.pid, { ...row, statementStart });
  }
}

/** Reads the few that matter once more, with their statements. */
async function describeChain(
  { query, version }: WalkTools,
  followedPid: number,
  found: Found,
  isCutOff: boolean,
): Promise<Chain> {
  const rootPids = [...found.roots];
  const hasRoot = rootPids.length > 0 || found.preparedBehind.size > 0;
  const cyclePids = hasRoot || isCutOff ? [] : cycleFrom(followedPid, found.blockers);
  const nearest = [...rootPids, ...found.preparedBehind];
  const betweenPids = pathsTo(nearest, followedPid, found.behind).filter(
    (pid) => !found.roots.has(pid),
  );
  const kept = [...rootPids, ...betweenPids, ...cyclePids].slice(0, HOLDERS_MAX);
  const rows = await readSessions(query, kept);
  const locks = await readLocks(query, [...betweenPids, ...cyclePids, followedPid], version);
  const of = (pids: readonly number[]) =>
    pids.flatMap((pid) => rows.find((row) => row.pid === pid) ?? []);
  const preparedFor = locks.filter(
    ({ pid, isGranted }) => !isGranted && found.preparedBehind.has(pid),
  );
  const prepared: PreparedRow[] = [];
  for (const lock of preparedFor) prepared.push(...(await readPrepared(query, lock)));
  return {
    followedPid,
    roots: of(rootPids),
    prepared,
    hasPrepared: found.preparedBehind.size > 0,
    between: of(betweenPids),
    cycle: of(cyclePids),
    leftOutCount: rootPids.length + betweenPids.length + cyclePids.length - kept.length,
    isCutOff,
    locks,
  };
}

/** Everybody on the ways from `ends` to the waiter, without the waiter, nearest to an end first. */
function pathsTo(
  ends: readonly number[],
  waiter: number,
  behind: ReadonlyMap<number, number>,
): number[] {
  const path = new Set<number>();
  for (const end of ends) {
    for (let at: number | undefined = end; at !== undefined && at !== waiter; at = behind.get(at)) {
      path.add(at);
    }
  }
  return [...path];
}

/** A circle of sessions that can be reached from `start`; empty when there is none. */
function cycleFrom(start: number, blockers: ReadonlyMap<number, readonly number[]>): number[] {
  const path: number[] = [];
  const done = new Set<number>();
  const visit = (pid: number): number[] => {
    const at = path.indexOf(pid);
    if (at >= 0) return path.slice(at);
    if (done.has(pid)) return [];
    path.push(pid);
    for (const blocker of blockers.get(pid) ?? []) {
      const cycle = visit(blocker);
      if (cycle.length > 0) return cycle;
    }
    path.pop();
    done.add(pid);
    return [];
  };
  return visit(start);
}
