import { SpoorError } from "@spoor/trace";

import type { StoreErrorCode } from "../base/error-codes.ts";

/** Names that need no quoting anywhere, in ClickHouse or in Keeper's paths. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/u;

/** Clusters are named in the server's configuration, where dots and dashes are usual too. */
const CLUSTER_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/u;

/** ClickHouse's own databases. */
const RESERVED: ReadonlySet<string> = new Set(["system", "information_schema"]);

/**
 * Checks the names that an operator gave.
 *
 * @throws SPOOR_STORE_ADDRESS saying which one is wrong and why.
 */
export function checkNames(names: {
  readonly database: string;
  readonly cluster?: string | undefined;
}): void {
  const { database, cluster } = names;
  if (!NAME.test(database)) throw wrong("database", database, "letters, digits and _");
  if (RESERVED.has(database.toLowerCase())) {
    throw new SpoorError(`cannot keep spans in the database ${database}: it is ClickHouse's own`, {
      code: ADDRESS,
      hint: "Name another database; it is created when it does not exist.",
    });
  }
  if (cluster !== undefined && !CLUSTER_NAME.test(cluster)) {
    throw wrong("cluster", cluster, "letters, digits, _, . and -");
  }
}

const ADDRESS: StoreErrorCode = "SPOOR_STORE_ADDRESS";

function wrong(kind: string, name: string, allowed: string): SpoorError {
  const given = JSON.stringify(name);
  return new SpoorError(`cannot use the ${kind} ${given}: its name may hold only ${allowed}`, {
    code: ADDRESS,
    hint: "It has at most 63 characters and begins with a letter or _.",
  });
}
