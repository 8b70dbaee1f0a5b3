import type { WaitResource } from "@spoor/trace";
import { known } from "../base/known.ts";
import type { LockRow } from "./postgres-rows.ts";

/** What a session waits for, by its rows in `pg_locks`; undefined when it waits for no lock. */
export function resourceOf(
  locks: readonly LockRow[],
  primaryKey?: string,
): WaitResource | undefined {
  const waited = locks.find(({ isGranted }) => !isGranted);
  if (waited === undefined) return undefined;
  const kinds = known({ lockType: waited.lockType, lockMode: waited.mode });
  const tuple = locks.find(({ lockType }) => lockType === "tuple");
  if (tuple !== undefined) {
    const { table: name, page, tuple: line } = tuple;
    const row = page === undefined || line === undefined ? undefined : `(${page},${line})`;
    return { kind: "row", ...kinds, ...known({ name, row, primaryKey }) };
  }
  switch (waited.lockType) {
    case "relation":
    case "extend":
    case "page":
      return { kind: "table", ...kinds, ...known({ name: waited.table }) };
    case "transactionid":
    case "virtualxid":
      return { kind: "transaction", ...kinds, ...known({ name: waited.transactionId }) };
    case "advisory":
      return { kind: "advisory-lock", ...kinds, ...known({ name: advisoryKey(waited) }) };
    default:
      return { kind: "lock", ...kinds };
  }
}

/** As its user passed it: one integer of 64 bits, or two of 32. PostgreSQL, section 13.3.5. */
function advisoryKey({ classId, objectId, objectSubId }: LockRow): string | undefined {
  if (classId === undefined || objectId === undefined) return undefined;
  const [high, low] = [BigInt(classId), BigInt(objectId)];
  if (objectSubId === "1") return BigInt.asIntN(64, (high << 32n) | low).toString();
  return `(${BigInt.asIntN(32, high)}, ${BigInt.asIntN(32, low)})`;
}
