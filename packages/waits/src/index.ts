/** What a piece of work waits for, and who holds it, down to the process. */
export type { DatabaseWaits } from "./base/database-waits.ts";
export type { Query, Row } from "./base/query.ts";
export type { Explanations, Meanwhile, Pacing } from "./base/shared-walks.ts";
export type { Waiter } from "./base/waiter.ts";
export { type ConnectionWaitOptions, explainConnection } from "./connection/connection-wait.ts";
export { mysqlWaits, type MysqlWaitsOptions } from "./mysql/mysql-waits.ts";
export { type DatabaseError, deadlockOf } from "./postgres/deadlock.ts";
export { postgresWaits, type PostgresWaitsOptions } from "./postgres/postgres-waits.ts";
export { type Agent, type AgentOptions, startAgent } from "./agent/agent.ts";
export { AgentProcesses, type AgentProcessesOptions } from "./agent/agent-processes.ts";
export type {
  ClientConnection,
  ClientFinder,
  ClientFinding,
  OwnConnection,
  Peer,
  Processes,
} from "./process/client-finder.ts";
export { describeProcess } from "./process/describe-process.ts";
export type { Registry } from "./process/holder.ts";
export { LocalProcesses } from "./process/local-processes.ts";
export { explainRedis, type RedisCommand, type RedisWaitOptions } from "./redis/redis-waits.ts";
export { type SlowCommand, slowCommandDuring } from "./redis/slowlog.ts";
export type { Endpoint } from "./sockets/endpoint.ts";
export type { TcpSocket } from "./sockets/tcp-table.ts";
export { redactStatement, type SqlDialect } from "./statement/redact-statement.ts";
export { spanIn } from "./statement/trace-parent.ts";
