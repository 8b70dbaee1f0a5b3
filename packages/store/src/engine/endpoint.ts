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
  /** May create and fill the database `spoor`. */
  readonly writer: Credentials;
  /** May only read it. */
  readonly reader: Credentials;
}
