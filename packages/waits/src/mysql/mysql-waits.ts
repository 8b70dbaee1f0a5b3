/*
 * Answers, for sessions of one MariaDB or MySQL server, what they wait for and who holds it.
 *
 * 1. The server is asked whom a session waits for. Whoever does not wait is a root.
 * 2. If all blockers wait themselves, those that have waited longest are followed.
 * 3. Waiting for a table's definition and for a lock of `GET_LOCK` stands elsewhere, see below.
 *
 * The lease of the database is a lock of `GET_LOCK` that is tried and never waited for.
 */
import { type Clock, errorMessage, systemClock, type WaitReport } from "@spoor/trace";
import { ClockOffset } from "../base/clock-offset.ts";
import {
  BLOCKERS_EXPANDED_MAX,
  OTHER_LOCKS_MAX,
  QUESTIONS_MAX,
  STATEMENT_MS_MAX,
  WALK_ROUNDS_MAX,
} from "../base/limits.ts";
import { DatabaseWaits } from "../base/database-waits.ts";
import { flag, type Query } from "../base/query.ts";
import type { Pacing } from "../base/shared-walks.ts";
import type { Waiter } from "../base/waiter.ts";
import type { ClientFinder } from "../process/client-finder.ts";
import type { Registry } from "../process/holder.ts";
import { LocalProcesses } from "../process/local-processes.ts";
import { rememberedClients } from "../process/remembered-clients.ts";
import { readTableHolders, waitsForTable } from "./metadata-locks.ts";
import {
  type MysqlEdge,
  type MysqlFacts,
  type MysqlSession,
  readMysqlEdges,
  readMysqlFacts,
  readMysqlIdentity,
  readMysqlSessions,
  readMysqlTime,
  readPreparedXa,
  readRowWaiters,
  readUserLockHolder,
  type RowWaiters,
} from "./mysql-rows.ts";
import {
  lockReport,
  type MysqlChain,
  type MysqlReportTools,
  reportWithoutLock,
} from "./mysql-reports.ts";

/** How to ask one MariaDB or MySQL server. */
export interface MysqlWaitsOptions extends Registry, Pacing {
  /** A connection of its own. */
  readonly query: Query;
  readonly clock?: Clock;
  /** By default the processes of this machine. */
  readonly clients?: ClientFinder;
  /** Whether reports may have the key of a row, or the name of a lock. By default not. */
  readonly showsPrimaryKeys?: boolean;
}

const LEASE = "spoor.walk";

/** Explains the waits of sessions of one MariaDB or MySQL server, by the ids of the sessions. */
export function mysqlWaits(options: MysqlWaitsOptions): DatabaseWaits {
  const { clock = systemClock, showsPrimaryKeys = false } = options;
  const clients = options.clients ?? new LocalProcesses({ clock });
  let facts: MysqlFacts | undefined;
  return new DatabaseWaits(
    {
      query: options.query,
      identify: async (query) => {
        facts ??= await settle(query);
        return await readMysqlIdentity(query, facts);
      },
      takeLease: async (query) => {
        const [row = {}] = await query("SELECT GET_LOCK(?, 0) AS is_ours", [LEASE]);
        return flag(row, "is_ours");
      },
      endLease: async (query) => {
        await query("SELECT RELEASE_LOCK(?) AS is_released", [LEASE]);
      },
      explain: async (waiters, { query, meter, server }) => {
        facts ??= await settle(query);
        const offset = await ClockOffset.measure(clock, () => readMysqlTime(query));
        const holders = { clients: rememberedClients(clients), registry: options };
        const tools = { clock, server, facts, offset, holders, showsPrimaryKeys };
        const reports = await explainAll(query, tools, waiters);
        const cost = meter.cost();
        return new Map([...reports].map(([pid, report]) => [pid, { ...report, cost }]));
      },
    },
    clock,
    options,
  );
}

async function explainAll(
  query: Query,
  tools: MysqlReportTools,
  waiters: readonly Waiter[],
): Promise<Map<number, WaitReport>> {
  const reports = new Map<number, WaitReport>();
  const ids = waiters.map(({ pid }) => pid);
  const rows = await readMysqlSessions(query, ids, tools.facts);
  const sessions = new Map(rows.map((session) => [session.id, session]));
  const isForRow = rows.some(({ transactionState }) => transactionState === "LOCK WAIT");
  const all = isForRow ? await readRowWaiters(query, tools.facts) : { waiters: [], isCut: false };
  const walk: OneWalk = { query, tools, all, chains: new Map(), questionsLeft: QUESTIONS_MAX };
  for (const waiter of waiters.toSorted(byAge)) {
    reports.set(waiter.pid, await explainOne(walk, waiter, sessions.get(waiter.pid)));
  }
  return reports;
}

async function settle(query: Query): Promise<MysqlFacts> {
  const facts = await readMysqlFacts(query);
  const limit =
    facts.system === "mariadb"
      ? `SET SESSION max_statement_time = ${STATEMENT_MS_MAX / 1000}`
      : `SET SESSION max_execution_time = ${STATEMENT_MS_MAX}`;
  await query(limit, []);
  return facts;
}

/** What the questions of one walk share. */
interface OneWalk {
  readonly query: Query;
  readonly tools: MysqlReportTools;
  /** On the whole server: sessions of other instances too. */
  readonly all: RowWaiters;
  /** By the place that is waited for: everybody in one queue has the same roots. */
  readonly chains: Map<string, MysqlChain>;
  questionsLeft: number;
}

function byAge(left: Waiter, right: Waiter): number {
  return Number((left.sinceUnixNano ?? 0n) - (right.sinceUnixNano ?? 0n));
}

async function explainOne(
  walk: OneWalk,
  waiter: Waiter,
  session: MysqlSession | undefined,
): Promise<WaitReport> {
  const { query, tools } = walk;
  const isForTable = session !== undefined && waitsForTable(session);
  const isForUserLock = /user lock/iu.test(session?.state ?? "");
  const isForRow = session?.transactionState === "LOCK WAIT";
  if (session === undefined || !(isForTable || isForUserLock || isForRow)) {
    return reportWithoutLock(tools, waiter, session);
  }
  const place = isForRow ? session.waitedPlace : undefined;
  const shared = place === undefined ? undefined : walk.chains.get(place);
  if (shared !== undefined) {
    const { queue: _, ...report } = withQueue(
      walk,
      place,
      await lockReport(tools, waiter, session, shared),
    );
    return report;
  }
  if (walk.questionsLeft <= 0) {
    const gap = `the walk ended after ${QUESTIONS_MAX} questions, before this session's turn`;
    return { ...(await lockReport(tools, waiter, session, NOBODY)), gaps: [gap] };
  }
  walk.questionsLeft -= 1;
  if (isForTable) return await explainTable(query, tools, waiter, session);
  if (isForUserLock) return await explainUserLock(query, tools, waiter, session);
  const chain = await followEdges(walk, waiter.pid);
  const report = await lockReport(tools, waiter, session, chain);
  if (place === undefined) return report;
  walk.chains.set(place, chain);
  return withQueue(walk, place, report);
}

/** Tells for whom else `report` holds. */
function withQueue(
  { tools: { server }, all }: OneWalk,
  place: string | undefined,
  report: WaitReport,
): WaitReport {
  const fellows = all.waiters.filter((waiter) => waiter.place === place);
  const sessionIds = fellows.map(({ id }) => id);
  const gap = `more sessions wait than the ${OTHER_LOCKS_MAX} that were read`;
  return {
    ...report,
    queueCount: Math.max(sessionIds.length - 1, 0),
    gaps: all.isCut ? [...report.gaps, gap] : report.gaps,
    ...(server === "" ? {} : { queue: { server, sessionIds, transactionSessionIds: [] } }),
  };
}

const NOBODY: MysqlChain = {
  first: undefined,
  roots: [],
  between: [],
  cycle: [],
  edges: [],
  preparedIds: [],
};

async function followEdges(walk: OneWalk, waiterId: number): Promise<MysqlChain> {
  const { query } = walk;
  const { facts } = walk.tools;
  const behind = new Map<number, MysqlEdge>();
  const asked = new Set<number>();
  let expand = [waiterId];
  let first: MysqlEdge | undefined;
  for (let round = 0; expand.length > 0 && round < WALK_ROUNDS_MAX; round += 1) {
    for (const id of expand) asked.add(id);
    walk.questionsLeft -= 1;
    const edges = await readMysqlEdges(query, expand, facts);
    first ??= edges[0];
    for (const edge of edges) if (!behind.has(edge.blocker)) behind.set(edge.blocker, edge);
    const roots = edges.filter(({ isBlockerWaiting }) => !isBlockerWaiting);
    if (roots.length > 0) {
      return await describe(query, facts, {
        first,
        rootIds: [...new Set(roots.map(({ blocker }) => blocker))],
        betweenIds: pathOf(roots[0]?.waiter, waiterId, behind),
        cycleIds: [],
        edges: [...behind.values()],
      });
    }
    const isCircle = edges.some(({ blocker }) => blocker === waiterId);
    if (isCircle) {
      const cycleIds = edges.map(({ waiter }) => waiter).filter((id) => id !== waiterId);
      const found = { first, rootIds: [], betweenIds: [], cycleIds, edges: [...behind.values()] };
      return await describe(query, facts, found);
    }
    expand = [...new Set(edges.map(({ blocker }) => blocker))]
      .filter((id) => !asked.has(id))
      .slice(0, BLOCKERS_EXPANDED_MAX);
  }
  return { ...NOBODY, ...(first === undefined ? {} : { first }) };
}

function pathOf(
  from: number | undefined,
  waiterId: number,
  behind: ReadonlyMap<number, MysqlEdge>,
): number[] {
  const path: number[] = [];
  let at = from;
  while (at !== undefined && at !== waiterId && !path.includes(at)) {
    path.push(at);
    at = behind.get(at)?.waiter;
  }
  return path;
}

interface FoundIds {
  readonly first: MysqlEdge | undefined;
  readonly rootIds: readonly number[];
  readonly betweenIds: readonly number[];
  readonly cycleIds: readonly number[];
  readonly edges: readonly MysqlEdge[];
}

async function describe(query: Query, facts: MysqlFacts, found: FoundIds): Promise<MysqlChain> {
  const { first, rootIds, betweenIds, cycleIds, edges } = found;
  const ids = [...rootIds, ...betweenIds, ...cycleIds].filter((id) => id !== 0);
  const sessions = await readMysqlSessions(query, ids, facts);
  const of = (wanted: readonly number[]) =>
    wanted.flatMap((id) => sessions.find((session) => session.id === id) ?? []);
  // A transaction without a session was prepared by XA, and whoever prepared it has left.
  const preparedIds = rootIds.includes(0) ? await preparedNames(query) : [];
  return {
    first,
    roots: of(rootIds),
    between: of(betweenIds),
    cycle: of(cycleIds),
    edges,
    preparedIds,
  };
}

/** Which of several prepared transactions it is, the server does not tell. */
async function preparedNames(query: Query): Promise<string[]> {
  try {
    const names = await readPreparedXa(query);
    return names.length === 1 ? names : ["of one of several XA transactions"];
  } catch (error) {
    return [`of an XA transaction (${errorMessage(error)})`];
  }
}

async function explainTable(
  query: Query,
  tools: MysqlReportTools,
  waiter: Waiter,
  session: MysqlSession,
): Promise<WaitReport> {
  const { holders, isConcluded, gap } = await readTableHolders(query, session, tools.facts);
  const sessions = await readMysqlSessions(
    query,
    [...new Set(holders.map(({ id }) => id))],
    tools.facts,
  );
  const chain = {
    ...NOBODY,
    roots: sessions.filter((holding) => !waitsForTable(holding)),
    between: sessions.filter(waitsForTable),
  };
  const report = await lockReport(tools, waiter, session, chain);
  const [first] = holders;
  return {
    ...report,
    certainty: isConcluded || holders.length === 0 ? "probable" : "seen",
    resource: {
      kind: "table",
      lockType: "metadata",
      ...(first === undefined ? {} : { name: first.table }),
      ...(first?.mode === undefined ? {} : { lockMode: first.mode }),
    },
    gaps: gap === undefined ? report.gaps : [gap],
  };
}

async function explainUserLock(
  query: Query,
  tools: MysqlReportTools,
  waiter: Waiter,
  session: MysqlSession,
): Promise<WaitReport> {
  const name = /get_lock\s*\(\s*'((?:[^'\\]|'')*)'/iu.exec(session.statement ?? "")?.[1];
  const id =
    name === undefined ? undefined : await readUserLockHolder(query, name.replaceAll("''", "'"));
  const roots = id === undefined ? [] : await readMysqlSessions(query, [id], tools.facts);
  const chain = { ...NOBODY, roots };
  const report = await lockReport(tools, waiter, session, chain);
  const shown = tools.showsPrimaryKeys && name !== undefined ? { name } : {};
  return { ...report, resource: { kind: "advisory-lock", lockType: "GET_LOCK", ...shown } };
}
