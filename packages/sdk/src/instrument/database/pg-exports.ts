/*
 * The clients of pg: its own, and those over libpq (`pg.native`), which are a class of their own.
 *
 * The second is loaded when somebody reads `native` for the first time: where its package is not
 * installed, that fails. So it is waited for, and never asked.
 */
import type { PgClient } from "./pg-client.ts";
import { patchPgClient } from "./pg-query.ts";

interface PgExports {
  readonly Client: { readonly prototype: PgClient };
}

/** Wraps `query` of both. */
export function patchPg(exports: unknown): void {
  // What pg exports.
  const pg = exports as PgExports;
  patchPgClient(pg.Client.prototype);
  const native = Object.getOwnPropertyDescriptor(pg, "native");
  if (native?.get === undefined) {
    patchNative(native?.value);
    return;
  }
  // It replaces itself with what it answers.
  const get = native.get.bind(pg);
  Object.defineProperty(pg, "native", {
    ...native,
    get: () => {
      const answer: unknown = get();
      patchNative(answer);
      return answer;
    },
  });
}

function patchNative(pg: unknown): void {
  // What pg exports once more, or null where the package is not installed.
  const { Client } = (pg ?? {}) as Partial<PgExports>;
  if (Client !== undefined) patchPgClient(Client.prototype);
}
