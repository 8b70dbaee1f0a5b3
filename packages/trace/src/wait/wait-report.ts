/*
 * Why a piece of work does not go on, as plain data: what it waits for, who holds that, down to the
 * operating-system process, and on what evidence.
 *
 * Times are absolute and in the clock of the machine that wrote the report, because a report is
 * read later than it was written: the reader subtracts, and ages never go stale. Everything that
 * could be user data is left out or redacted before it gets here, unless a setting says otherwise.
 */
import type { WaitKind } from "./wait-kind.ts";

/** `seen`: read from the system itself. `probable`: concluded, and could be wrong. */
export type Certainty = "seen" | "probable";

/** One fact that a report rests on. */
export interface WaitEvidence {
  readonly certainty: Certainty;
  /** Where it was read: `pg_locks`, `/proc/net/tcp`. Never contains a colon. */
  readonly source: string;
  /** A sentence without its full stop. */
  readonly fact: string;
}

/** What is waited for, inside the system that keeps it. */
export interface WaitResource {
  readonly kind: ResourceKind;
  /** The table with its schema where needed, the key, the host and port. */
  readonly name?: string;
  /** Where the row lies: `(0,7)`. It says which row, and nothing of what is in it. */
  readonly row?: string;
  /** The values of its primary key. Only with an explicit setting: they are user data. */
  readonly primaryKey?: string;
  /** As the system calls it: `transactionid`, `relation`, `RECORD`. */
  readonly lockType?: string;
  /** As the system calls it: `ShareLock`, `X`. */
  readonly lockMode?: string;
}

/** The kinds of things that are waited for, and what a sentence calls them. */
export const RESOURCE_KINDS = {
  row: "the row lock",
  table: "the lock",
  transaction: "the end of a transaction",
  "advisory-lock": "the advisory lock",
  lock: "a lock",
  command: "its turn",
  list: "an element",
  connection: "the connection",
} as const;

/** A registered kind of resource. */
export type ResourceKind = keyof typeof RESOURCE_KINDS;

/** A process of an operating system, without anything that its command line may keep secret. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The executable, the script, and the names of the arguments: `node nightly-reconcile.mjs`. */
  readonly command: string;
  /** The path of the executable; absent where the kernel does not say. */
  readonly executable?: string;
  /** Arguments that were left out of `command`, because they are values. */
  readonly hiddenArgumentCount: number;
  /** The machine on which it runs, where that is another one than the reporter's. */
  readonly host?: string;
  readonly uid?: number;
  /** The systemd unit, `nightly-reconcile.service`. */
  readonly unit?: string;
  readonly containerId?: string;
  /** From `OTEL_SERVICE_NAME` of its environment, where that may be read. */
  readonly serviceName?: string;
  /** From `POD_NAME` of its environment, where that may be read. */
  readonly podName?: string;
  readonly startedUnixNano?: bigint;
  readonly parentPid?: number;
  readonly parentCommand?: string;
}

/** Whether a process sends spans: to this Spoor, as far as the reporter could know. */
export type Instrumentation = "yes" | "no" | "unknown";

/** A client's session in a database or cache, as the server of it tells. */
export interface HolderSession {
  /** `postgresql`, `mysql`, `mariadb` or `redis`. */
  readonly system: string;
  /** The backend's process id, the thread id or the client id, as the server counts them. */
  readonly id: number;
  /** As in {@link WaitingSession}; absent where the server does not say it. */
  readonly server?: string;
  readonly user?: string;
  readonly application?: string;
  /** Client address and port; absent for a Unix socket and where privileges hide them. */
  readonly address?: string;
  readonly port?: number;
  /** In the server's words: `active`, `idle in transaction`. */
  readonly state?: string;
  /** What the session itself waits for, `Lock:transactionid`; absent when it does not wait. */
  readonly waitsFor?: string;
  /** Without literals. */
  readonly statement?: string;
  /** The statement has ended: the lock may have been taken by an earlier one. */
  readonly isStatementLast?: boolean;
  readonly transactionStartUnixNano?: bigint;
  readonly statementStartUnixNano?: bigint;
  readonly stateChangeUnixNano?: bigint;
}

/** A span that holds something, by the registry of the process in which it is open. */
export interface HolderSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** `leaky (pool.ts:15)` */
  readonly callSite?: string;
}

/** What a holder is in the chain. `between` waits itself, and is a victim like the waiter. */
export type HolderRole = "root" | "between" | "cycle";

/** Who holds what is waited for. Says as much as is known, and why not more. */
export interface WaitHolder {
  readonly role: HolderRole;
  readonly session?: HolderSession;
  /** A prepared transaction has neither session nor process: only its name and its age. */
  readonly preparedTransaction?: string;
  readonly preparedUnixNano?: bigint;
  readonly process?: ProcessIdentity;
  readonly instrumentation: Instrumentation;
  /** Why there is no `process`, such as `no agent on 10.0.0.5`. */
  readonly processUnknown?: string;
  /** The client has gone and its session still holds. */
  readonly isClientGone: boolean;
  readonly span?: HolderSpan;
  /** What a `between` waits for in its turn. */
  readonly resource?: WaitResource;
}

/** What a person may do about it. Text to copy; nothing is ever done for them. */
export interface WaitRemedy {
  /** What it does and costs, as a sentence without its full stop. */
  readonly purpose: string;
  /** A statement, a setting or a command. */
  readonly text: string;
}

/** What it cost to find out. */
export interface WaitCost {
  readonly queryCount: number;
  /** Calls of `pg_blocking_pids`, each of which stops the lock manager for some microseconds. */
  readonly blockingCallCount: number;
  readonly elapsedMs: number;
}

/** A session that waits, by the server that counts it. */
export interface WaitingSession {
  /** The server in its own words, which no other server says: ids mean something only there. */
  readonly server: string;
  readonly id: number;
}

/** Everybody whom the same holder keeps waiting, as one look at a server's locks saw them. */
export interface WaitQueue {
  /** As in {@link WaitingSession}. */
  readonly server: string;
  /** Those that wait for the same lock, in no order, the one that was asked about included. */
  readonly sessionIds: readonly number[];
  /** Those that wait for the end of the same transaction, but for another row of it. */
  readonly transactionSessionIds: readonly number[];
}

/** Why a piece of work does not go on. */
export interface WaitReport {
  readonly kind: WaitKind;
  readonly certainty: Certainty;
  readonly observedUnixNano: bigint;
  /** When the wait began, by the waiting span itself where it is known. */
  readonly sinceUnixNano?: bigint;
  readonly resource?: WaitResource;
  /** Roots first, then towards the waiter. Empty when nobody holds anything. */
  readonly holders: readonly WaitHolder[];
  /** More holders may stand behind this one: some locks have several, of which one is shown. */
  readonly mayHaveMore: boolean;
  /** Others that wait for the same, besides this one. */
  readonly queueCount: number;
  /** Of one report of each queue: what it says holds for all of them. */
  readonly queue?: WaitQueue;
  /** Who waits, while its server could not be asked: the report of another may have it. */
  readonly session?: WaitingSession;
  readonly evidence: readonly WaitEvidence[];
  /** What could not be known, each with what would help. */
  readonly gaps: readonly string[];
  readonly remedies: readonly WaitRemedy[];
  readonly cost: WaitCost;
}

/** What an interrupted or free question costs. */
export const NO_COST: WaitCost = { queryCount: 0, blockingCallCount: 0, elapsedMs: 0 };

/** A report that says nothing but why nothing is known. */
export function unknownWait(reason: string, observedUnixNano: bigint): WaitReport {
  return {
    kind: "unknown",
    certainty: "seen",
    observedUnixNano,
    holders: [],
    mayHaveMore: false,
    queueCount: 0,
    evidence: [],
    gaps: [reason],
    remedies: [],
    cost: NO_COST,
  };
}
