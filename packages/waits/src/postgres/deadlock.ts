/*
 * A deadlock after the fact: the database has ended one of the transactions, and its error tells
 * all that took part. While it lasted, about a second, a walk sees it too.
 */
import { type HolderSession, unknownWait, type WaitHolder, type WaitReport } from "@spoor/trace";

/** What drivers hand out of an error of PostgreSQL. */
export interface DatabaseError {
  /** SQLSTATE; 40P01 is a deadlock. */
  readonly code?: unknown;
  readonly detail?: unknown;
}

const DEADLOCK_DETECTED = "40P01";

/**
 * The report of a deadlock that ended the statement of session `ownPid`; undefined for any other
 * error.
 *
 * The detail has one line for each session: `Process 11 waits for ShareLock on transaction 748;
 * blocked by process 12.` It is translated, so that only its numbers count: the first is who
 * waits, the last by whom.
 */
export function deadlockOf(
  error: DatabaseError,
  { ownPid, observedUnixNano }: { readonly ownPid: number; readonly observedUnixNano: bigint },
): WaitReport | undefined {
  if (error.code !== DEADLOCK_DETECTED) return undefined;
  const detail = typeof error.detail === "string" ? error.detail : "";
  const edges = detail.split("\n").flatMap((line) => {
    const numbers = line.match(/\d+/gu) ?? [];
    const [waiter, blocker] = [numbers[0], numbers.at(-1)];
    return numbers.length < 2 ? [] : [{ waiter: Number(waiter), blocker: Number(blocker) }];
  });
  const others = [...new Set(edges.flatMap(({ waiter, blocker }) => [waiter, blocker]))].filter(
    (pid) => pid !== ownPid,
  );
  return {
    ...unknownWait("", observedUnixNano),
    kind: "db.lock",
    holders: others.map(cycleMember),
    evidence: edges.map(({ waiter, blocker }) => ({
      certainty: "seen",
      source: `error ${DEADLOCK_DETECTED}`,
      fact: `session ${waiter} waited for session ${blocker}`,
    })),
    gaps: others.length > 0 ? [] : ["the error does not say with whom"],
    remedies: [
      {
        purpose: "is safe after a deadlock: this transaction was rolled back, the others went on",
        text: "Run the transaction again, and lock rows in the same order everywhere.",
      },
    ],
  };
}

function cycleMember(pid: number): WaitHolder {
  const session: HolderSession = { system: "postgresql", id: pid };
  return { role: "cycle", session, instrumentation: "unknown", isClientGone: false };
}
