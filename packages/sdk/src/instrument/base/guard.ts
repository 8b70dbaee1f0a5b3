/*
 * What runs inside somebody else's call: an error of ours must never become an error of theirs.
 */

/** Takes what went wrong in an instrumentation, and where: `http.server`, `pg.pool`. */
export type OnFailure = (where: string, error: unknown) => void;

/** Runs `work`; what it throws goes to `onFailure` and nowhere else. */
export function guarded(where: string, onFailure: OnFailure, work: () => void): void {
  try {
    work();
  } catch (error) {
    onFailure(where, error);
  }
}
