/** The attribute keys of OpenTelemetry's semantic conventions that the instrumentations write. */
export const semanticKeys = {
  clientAddress: "client.address",
  dbConnectionPoolName: "db.client.connection.pool.name",
  dbNamespace: "db.namespace",
  dbOperationName: "db.operation.name",
  /** The name of a prepared statement, as the official instrumentation of pg calls it. */
  dbPostgresqlPlan: "db.postgresql.plan",
  dbQueryText: "db.query.text",
  dbResponseReturnedRows: "db.response.returned_rows",
  dbSystemName: "db.system.name",
  errorType: "error.type",
  exceptionMessage: "exception.message",
  exceptionType: "exception.type",
  httpRequestMethod: "http.request.method",
  httpRequestMethodOriginal: "http.request.method_original",
  httpResponseStatusCode: "http.response.status_code",
  httpRoute: "http.route",
  messagingBatchMessageCount: "messaging.batch.message_count",
  messagingDestinationName: "messaging.destination.name",
  messagingMessageId: "messaging.message.id",
  messagingOperationName: "messaging.operation.name",
  messagingOperationType: "messaging.operation.type",
  messagingSystem: "messaging.system",
  networkLocalPort: "network.local.port",
  networkPeerAddress: "network.peer.address",
  networkPeerPort: "network.peer.port",
  networkProtocolVersion: "network.protocol.version",
  serverAddress: "server.address",
  serverPort: "server.port",
  urlFull: "url.full",
  urlPath: "url.path",
  urlQuery: "url.query",
  urlScheme: "url.scheme",
  userAgentOriginal: "user_agent.original",
  /** Whoever asked was gone before the answer was complete. */
  spoorCallerGone: "spoor.caller_gone",
  /** The process id of the database's side of the connection: `pg_stat_activity.pid`. */
  spoorDbBackendPid: "spoor.db.backend_pid",
  /** Connections of the pool that were in use when somebody began to wait. */
  spoorPoolUsed: "spoor.pool.used",
  /** How many were waiting already. */
  spoorPoolWaiting: "spoor.pool.waiting",
  /** The most connections that the pool opens. */
  spoorPoolMax: "spoor.pool.max",
  /** On a log record: the attribute whose full value it holds. */
  spoorFullValueOf: "spoor.full_value_of",
} as const;
