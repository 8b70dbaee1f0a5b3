/*
 * Queries that somebody wants to find again: kept in this browser, and each of them is a link.
 */

/** A query with its name. */
export interface SavedQuery {
  readonly name: string;
  /** The part of Explore's address after "?". */
  readonly search: string;
}

const STORAGE_KEY = "spoor.queries";

/** What was saved, the latest first. */
export function savedQueries(): SavedQuery[] {
  try {
    return readQueries(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]"));
  } catch {
    // Storage may be forbidden, or somebody else's text may stand there.
    return [];
  }
}

/** Saves `query` in the place of one of the same name. False when the browser refuses. */
export function saveQuery(query: SavedQuery): boolean {
  const others = savedQueries().filter(({ name }) => name !== query.name);
  return write([query, ...others]);
}

/** Forgets the query of that name. */
export function forgetQuery(name: string): boolean {
  return write(savedQueries().filter((query) => query.name !== name));
}

function write(queries: readonly SavedQuery[]): boolean {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(queries));
    return true;
  } catch {
    // Forbidden, or full: the caller says so.
    return false;
  }
}

function readQueries(stored: unknown): SavedQuery[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null || !("name" in one) || !("search" in one))
      return [];
    const { name, search } = one;
    return typeof name === "string" && typeof search === "string" ? [{ name, search }] : [];
  });
}
