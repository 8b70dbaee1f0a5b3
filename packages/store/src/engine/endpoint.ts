import type { ClickHouseSettings } from "@clickhouse/client";

/** Who logs in. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Where a ClickHouse listens and how to log in. */
export interface Endpoint {
  readonly url: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Holds the tables; need not exist yet. */
  readonly database: string;
  /** May create and fill the database. */
  readonly writer: Credentials;
  /** May only read it. */
  readonly reader: Credentials;
  /** Sent with every request of the writer or the reader. */
  readonly settings?: {
    readonly writer: ClickHouseSettings;
    readonly reader: ClickHouseSettings;
  };
}
