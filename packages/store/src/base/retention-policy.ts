/** What may be deleted. What is absent deletes nothing. */
export interface RetentionPolicy {
  /** Days that ended longer ago than this go, unless an error keeps a trace. ns. */
  readonly ageNano?: bigint;
  /** Traces with an error stay this long; not shorter than all others. ns. */
  readonly errorAgeNano?: bigint;
  /** The oldest days go while the tables take more than this, whatever their age. */
  readonly sizeBytes?: number;
}

/** What was deleted. */
export interface RetentionReport {
  readonly deletedSpanCount: number;
  readonly deletedLogRecordCount: number;
  /** Of the tables, before minus after. Not below zero: what is written meanwhile counts too. */
  readonly freedBytes: number;
  /** Days that went as a whole, as `2026-11-22`, oldest first. */
  readonly droppedDays: readonly string[];
  /** Days of which only traces with an error were kept. */
  readonly thinnedDays: readonly string[];
  /** True when one day alone takes more than may be: the last day is never dropped for its size. */
  readonly isOverSize: boolean;
}
