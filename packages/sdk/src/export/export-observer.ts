/** Who is told when the way out of the process changes: at each change, not at each request. */
export interface ExportObserver {
  /** The first request was taken. */
  working(receiver: string): void;
  /** Requests were taken, or none was yet, and now one failed; `isAbsent` if nobody listens. */
  failing(receiver: string, reason: string, isAbsent: boolean): void;
  /** Requests failed and now one was taken. `lostCount` spans were lost in between. */
  recovered(receiver: string, lostCount: number): void;
  /** Something to know once for each `kind`. */
  warn(kind: string, text: string): void;
}
