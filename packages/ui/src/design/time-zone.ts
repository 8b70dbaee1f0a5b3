/*
 * Whether times are shown in the reader's own zone or in UTC. The choice is kept in this browser,
 * and not in the address: a colleague elsewhere wants the same moments and not the same clock.
 */

/** How times are shown. */
export type TimeZoneChoice = "local" | "utc";

const STORAGE_KEY = "spoor.zone";
const watchers = new Set<() => void>();
let choice: TimeZoneChoice = storedZone();

function storedZone(): TimeZoneChoice {
  try {
    return localStorage.getItem(STORAGE_KEY) === "utc" ? "utc" : "local";
  } catch {
    // A browser may forbid storage; then the choice lasts as long as the page.
    return "local";
  }
}

/** How times are shown now. */
export function timeZone(): TimeZoneChoice {
  return choice;
}

/** Shows times the other way and keeps the choice. */
export function switchTimeZone(): void {
  choice = choice === "utc" ? "local" : "utc";
  try {
    localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // As above.
  }
  for (const watcher of watchers) watcher();
}

/** Calls `watcher` after each switch. Returns the way to stop. */
export function watchTimeZone(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
