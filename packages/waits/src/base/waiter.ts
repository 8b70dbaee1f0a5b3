/** A session that waits, and since when by the clock of whoever asks. */
export interface Waiter {
  /**
   * The session: the pid of its backend in PostgreSQL (`processID` of pg), the id of its
   * connection in MySQL (`threadId` of mysql2).
   */
  readonly pid: number;
  readonly sinceUnixNano?: bigint;
}
