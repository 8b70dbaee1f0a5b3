/*
 * What was read from MariaDB or MySQL, as reports.
 */
import {
  type Clock,
  type HolderRole,
  type HolderSession,
  unknownWait,
  type WaitEvidence,
  type WaitHolder,
  type WaitRemedy,
  type WaitReport,
  type WaitResource,
} from "@spoor/trace";
import type { ClockOffset } from "../base/clock-offset.ts";
import { known } from "../base/known.ts";
import { HOLDERS_MAX } from "../base/limits.ts";
import type { Waiter } from "../base/waiter.ts";
import { type HolderTools, nameHolder, type NamedHolder } from "../process/holder.ts";
import { redactStatement } from "../statement/redact-statement.ts";
import { spanIn } from "../statement/trace-parent.ts";
import type { MysqlEdge, MysqlFacts, MysqlSession } from "./mysql-rows.ts";

/** What the reports need besides the sessions. */
export interface MysqlReportTools {
  readonly clock: Clock;
  /** As no other server says it; empty where it does not say. */
  readonly server: string;
  readonly facts: MysqlFacts;
  readonly offset: ClockOffset;
  readonly holders: HolderTools;
  readonly showsPrimaryKeys: boolean;
}

/** Whom a session waits for, and whom these wait for. */
export interface MysqlChain {
  /** What the session itself waits for. */
  readonly first: MysqlEdge | undefined;
  readonly roots: readonly MysqlSession[];
  readonly between: readonly MysqlSession[];
  readonly cycle: readonly MysqlSession[];
  readonly edges: readonly MysqlEdge[];
  /** Prepared transactions among the roots, by their names. */
  readonly preparedIds: readonly string[];
}

/** The report of a session that waits for a lock. */
export async function lockReport(
  tools: MysqlReportTools,
  waiter: Waiter,
  session: MysqlSession,
  chain: MysqlChain,
): Promise<WaitReport> {
  const { clock, facts, offset } = tools;
  const name = async (sessions: readonly MysqlSession[], role: HolderRole) =>
    await Promise.all(sessions.map((holding) => nameSession(tools, holding, role, chain)));
  const all: NamedHolder[] = [
    ...(await name(chain.roots, "root")),
    ...chain.preparedIds.map(preparedHolder),
    ...(await name(chain.cycle, "cycle")),
    ...(await name(chain.between, "between")),
  ];
  // In a queue that shares one chain, its members may be among those between.
  const others = all.filter(({ holder }) => holder.session?.id !== session.id);
  const named = others.slice(0, HOLDERS_MAX);
  const holders = named.map(({ holder }) => holder);
  const sinceUnixNano = waiter.sinceUnixNano ?? offset.unixNano(session.stateChange);
  const ids = [...chain.roots, ...chain.cycle].map(({ id }) => id);
  const evidence: WaitEvidence[] = [
    {
      certainty: "seen",
      source: "INNODB_TRX and PROCESSLIST",
      fact: `session ${session.id} is in ${session.state ?? session.transactionState ?? "a wait"}`,
    },
    ...(ids.length === 0
      ? []
      : [
          {
            certainty: "seen" as const,
            source:
              facts.dialect === "performance-schema" ? "data_lock_waits" : "INNODB_LOCK_WAITS",
            fact: `session ${session.id} is blocked by ${ids.join(", ")}`,
          },
        ]),
  ];
  return {
    ...unknownWait("", clock.nowUnixNano()),
    kind: "db.lock",
    certainty: holders.length > 0 ? "seen" : "probable",
    holders,
    mayHaveMore: others.length > named.length,
    evidence: [...evidence, ...named.flatMap((one) => one.evidence)],
    gaps: holders.length > 0 ? [] : ["whoever held it let go while we looked"],
    remedies: remediesFor(holders),
    ...known({ sinceUnixNano, resource: resourceOf(chain.first, tools.showsPrimaryKeys) }),
  };
}

/** A session that waits for no lock. */
export function reportWithoutLock(
  { clock, offset }: MysqlReportTools,
  waiter: Waiter,
  session: MysqlSession | undefined,
): WaitReport {
  const since = waiter.sinceUnixNano ?? offset.unixNano(session?.stateChange);
  const base = {
    ...unknownWait("", clock.nowUnixNano()),
    ...known({ sinceUnixNano: since }),
    gaps: [],
  };
  if (session === undefined) {
    const gap = `session ${waiter.pid} is not on the server any more, or hidden from this user`;
    return { ...base, gaps: [gap] };
  }
  const { command, state } = session;
  const fact = `session ${waiter.pid} is in ${command ?? "?"}${state === undefined ? "" : `, ${state}`}`;
  const evidence: WaitEvidence[] = [{ certainty: "seen", source: "PROCESSLIST", fact }];
  if (command === "Sleep") {
    const gap = "the database has answered already; the answer is on its way, or not yet read";
    return { ...base, evidence, gaps: [gap] };
  }
  if (/(?:writing|sending) to net/iu.test(state ?? "")) {
    return { ...base, kind: "db.unread", evidence };
  }
  const purpose = "shows what the statement does while it runs";
  const text = `SHOW EXPLAIN FOR ${waiter.pid};`;
  return { ...base, kind: "db.running", evidence, remedies: [{ purpose, text }] };
}

async function nameSession(
  tools: MysqlReportTools,
  session: MysqlSession,
  role: HolderRole,
  chain: MysqlChain,
): Promise<NamedHolder> {
  const { facts, holders } = tools;
  const named = await nameHolder(holders, {
    role,
    session: sessionOf(tools, session),
    // The server's address is the machine's own business; its port tells the connections apart.
    connection: known({
      client: session.client,
      server:
        session.client === undefined
          ? undefined
          : { address: session.client.address, port: facts.port },
    }),
    span: spanIn(session.statement),
    ...known({
      noClient:
        session.client === undefined
          ? "it came over a Unix socket, of which this server tells no peer"
          : undefined,
    }),
  });
  const edge = chain.edges.find(({ waiter }) => waiter === session.id);
  const resource = role === "root" ? undefined : resourceOf(edge, tools.showsPrimaryKeys);
  return { ...named, holder: { ...named.holder, ...known({ resource }) } };
}

function sessionOf(
  { facts, offset, server }: MysqlReportTools,
  session: MysqlSession,
): HolderSession {
  const { command, state, statement, transactionState, transactionStart } = session;
  const isIdle = command === "Sleep";
  const isInTransaction = transactionState !== undefined;
  return {
    system: facts.system,
    id: session.id,
    ...known({
      server: server === "" ? undefined : server,
      user: session.user,
      address: session.client?.address,
      port: session.client?.port,
      state: isIdle ? (isInTransaction ? "idle in transaction" : "idle") : "active",
      waitsFor: transactionState === "LOCK WAIT" ? "Lock:InnoDB" : metadataWait(state),
      statement: statement === undefined ? undefined : redactStatement(statement, "mysql"),
      isStatementLast: statement === undefined ? undefined : isIdle,
      transactionStartUnixNano: offset.unixNano(transactionStart),
      statementStartUnixNano: isIdle ? undefined : offset.unixNano(session.stateChange),
      stateChangeUnixNano: offset.unixNano(session.stateChange),
    }),
  };
}

function metadataWait(state: string | undefined): string | undefined {
  return /metadata lock/iu.test(state ?? "") ? "Lock:metadata" : undefined;
}

function resourceOf(edge: MysqlEdge | undefined, showsKey: boolean): WaitResource | undefined {
  if (edge === undefined) return undefined;
  const { table, lockType, lockMode, lockData } = edge;
  return {
    kind: lockType === "TABLE" ? "table" : "row",
    ...known({ name: table, lockType, lockMode, primaryKey: showsKey ? lockData : undefined }),
  };
}

function preparedHolder(name: string): NamedHolder {
  const fact = `the transaction ${name} is prepared and neither committed nor rolled back`;
  return {
    holder: {
      role: "root",
      instrumentation: "unknown",
      isClientGone: false,
      preparedTransaction: name,
    },
    evidence: [{ certainty: "seen", source: "XA RECOVER", fact }],
  };
}

function remediesFor(holders: readonly WaitHolder[]): WaitRemedy[] {
  return holders.flatMap(({ role, session, preparedTransaction }): WaitRemedy[] => {
    if (preparedTransaction !== undefined) {
      const purpose = "lists the prepared transactions, to commit or roll back with their ids";
      return [{ purpose, text: "XA RECOVER CONVERT XID;" }];
    }
    if (session === undefined || role === "cycle") return [];
    const stop = {
      purpose: `stops the statement of session ${session.id}`,
      text: `KILL QUERY ${session.id};`,
    };
    if (role === "between") {
      return /^\s*(?:alter|drop|truncate|create|rename|optimize)\b/iu.test(session.statement ?? "")
        ? [stop]
        : [];
    }
    const end = {
      purpose: `ends session ${session.id}; its transaction is rolled back and its locks are free`,
      text: `KILL ${session.id};`,
    };
    return session.state === "active" ? [stop, end] : [end];
  });
}
