/** What somebody may choose about the instrumentations. */
export interface InstrumentationSettings {
  /**
   * Only these, by the names of the catalogue (`http`, `fetch`, `pg`); undefined means all.
   * OTEL_NODE_ENABLED_INSTRUMENTATIONS.
   */
  readonly enabled: readonly string[] | undefined;
  /** None of these. OTEL_NODE_DISABLED_INSTRUMENTATIONS. */
  readonly disabled: readonly string[];
  /** Official packages in the place of our own: keys of `OFFICIAL_ALTERNATIVES`. */
  readonly official: readonly string[];
  /** Whether statements lose their literals before they are recorded. SPOOR_SQL=sanitised|full. */
  readonly isSqlSanitised: boolean;
  /** Whether lines of the console that are written within a span say its ids. */
  readonly hasConsoleIds: boolean;
  /** Whether log lines go to the server as well. OTEL_LOGS_EXPORTER, SPOOR_LOGS. */
  readonly exportsLogs: boolean;
}

/** What holds when nobody chose anything. */
export const DEFAULT_INSTRUMENTATION_SETTINGS: InstrumentationSettings = {
  enabled: undefined,
  disabled: [],
  official: [],
  isSqlSanitised: true,
  hasConsoleIds: true,
  exportsLogs: false,
};
