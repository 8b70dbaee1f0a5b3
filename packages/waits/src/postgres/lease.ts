/*
 * At most two walks a second for each database, however many instances hang at once.
 *
 * When a lock stops a shop, all its instances notice within the same second, and each would ask the
 * one server that has least time for it. Who may ask is decided in the database, because the
 * instances know nothing of each other: a walk runs inside a transaction that has taken an
 * advisory lock of our own, and ends that transaction half a second after it began.
 *
 * Why that is harmless: the lock is only ever tried, so nobody waits for it, and it is in the space
 * of keys that two integers make, with a first integer of ours. The transaction reads only, holds
 * no snapshot between statements, and the database ends it should this process be stopped. It is
 * bound to a transaction, not to a session, so that it also works through a pooler.
 */
import { IDLE_TRANSACTION_MS_MAX, LOCK_WAIT_MS_MAX, STATEMENT_MS_MAX } from "../base/limits.ts";
import { flag, type Query } from "../base/query.ts";

/** `spor` in ASCII. */
const LOCK_CLASS = 0x73_70_6f_72;
const LOCK_OBJECT = 1;

const TAKE = `SELECT set_config('statement_timeout', '${STATEMENT_MS_MAX}ms', true),
  set_config('lock_timeout', '${LOCK_WAIT_MS_MAX}ms', true),
  set_config('idle_in_transaction_session_timeout', '${IDLE_TRANSACTION_MS_MAX}ms', true),
  pg_try_advisory_xact_lock(${LOCK_CLASS}, ${LOCK_OBJECT})::text AS is_ours`;

/** Begins the transaction of a walk. False, and no transaction, when another instance walks. */
export async function takeLease(query: Query): Promise<boolean> {
  await query("BEGIN READ ONLY", []);
  try {
    const [row = {}] = await query(TAKE, []);
    if (flag(row, "is_ours")) return true;
  } catch (error) {
    await endLease(query);
    throw error;
  }
  await endLease(query);
  return false;
}

/** Ends the transaction of a walk, and with it the lease. Works after a failed statement too. */
export async function endLease(query: Query): Promise<void> {
  await query("ROLLBACK", []);
}
