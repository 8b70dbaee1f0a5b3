/** What a piece of work waits for, and who holds it, down to the process. */
export type { Query, Row } from "./base/query.ts";
export { PostgresWaits, type PostgresWaitsOptions } from "./postgres/postgres-waits.ts";
export type { Waiter } from "./base/waiter.ts";
export type { ClientConnection, ClientFinder, ClientFinding } from "./process/client-finder.ts";
export type { Registry } from "./process/holder.ts";
export { LocalProcesses } from "./process/local-processes.ts";
export type { Endpoint } from "./sockets/endpoint.ts";
export { redactStatement, type SqlDialect } from "./statement/redact-statement.ts";
export { spanIn } from "./statement/trace-parent.ts";
