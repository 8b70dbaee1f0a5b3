/*
 * The moment at which ClickHouse is in the middle of an insert, seen from outside: it writes each
 * part into a folder of its table whose name begins with `tmp_insert_`, and renames it at the end.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

const WRITING = "tmp_insert_";

/** Resolves with true as soon as a part is being written; with false when none is in time. */
export async function untilInserting(dataPath: string, waitMsMax: number): Promise<boolean> {
  const tables = tablePaths(join(dataPath, "engine", "store"));
  const startedMs = performance.now();
  while (performance.now() - startedMs < waitMsMax) {
    if (tables.some((path) => listed(path).some((name) => name.startsWith(WRITING)))) return true;
    // Without a pause: a part is there for some milliseconds only.
    await nextTurn();
  }
  return false;
}

/** Each table lies in `store/<3 digits>/<uuid>`. */
function tablePaths(storePath: string): string[] {
  return listed(storePath).flatMap((start) =>
    listed(join(storePath, start)).map((uuid) => join(storePath, start, uuid)),
  );
}

/** Empty when the folder is gone: tables come and go with migrations. */
function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
