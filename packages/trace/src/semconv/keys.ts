/** Attribute keys that Spoor itself reads or writes. Everything else is only passed on. */
export const keys = {
  serviceName: "service.name",
  serviceVersion: "service.version",
  serviceInstanceId: "service.instance.id",
  telemetrySdkLanguage: "telemetry.sdk.language",
  processRuntimeName: "process.runtime.name",
  processRuntimeVersion: "process.runtime.version",
  exceptionType: "exception.type",
  exceptionMessage: "exception.message",
  exceptionStacktrace: "exception.stacktrace",
  errorType: "error.type",
  httpResponseStatusCode: "http.response.status_code",
  /** Old name of http.response.status_code, semantic conventions before 1.21. */
  httpStatusCode: "http.status_code",
  dbQueryText: "db.query.text",
  /** Old name of db.query.text, semantic conventions before 1.25. */
  dbStatement: "db.statement",
  dbSystemName: "db.system.name",
  /** Old name of db.system.name, semantic conventions before 1.30. */
  dbSystem: "db.system",
  processPid: "process.pid",
  hostName: "host.name",
  hostId: "host.id",
  containerId: "container.id",
  dbNamespace: "db.namespace",
  /** Old name of db.namespace, semantic conventions before 1.26. */
  dbName: "db.name",
  peerService: "peer.service",
  serverAddress: "server.address",
  serverPort: "server.port",
  /** Old name of server.address, semantic conventions before 1.21. */
  netPeerName: "net.peer.name",
  clientAddress: "client.address",
  userAgentOriginal: "user_agent.original",
  rpcService: "rpc.service",
  messagingSystem: "messaging.system",
  messagingDestinationName: "messaging.destination.name",
  messagingOperationType: "messaging.operation.type",
  /** On whatever has attributes: a map from the keys whose values were cut to original bytes. */
  spoorTruncated: "spoor.truncated",
  /** The same for keys that were cut themselves. */
  spoorTruncatedKeys: "spoor.truncated_keys",
  /** On every report: when the process started, in ns since 1970. */
  spoorProcessStart: "spoor.process.start_unix_nano",
  /** On reports of open spans: counts the snapshots of one process, from 1. */
  spoorProcessSnapshot: "spoor.process.snapshot",
  /** The spans of a snapshot, each as trace id, a dash, span id. */
  spoorProcessSpans: "spoor.process.spans",
  /** How many there are, also where the list is shorter. */
  spoorProcessSpanCount: "spoor.process.span_count",
  /** When the next snapshot may be expected, in ms. */
  spoorProcessNextMs: "spoor.process.next_ms",
  /** Counts the reports of one span, from 1. */
  spoorOpenSeq: "spoor.open.seq",
  spoorOpenStart: "spoor.open.start_unix_nano",
  spoorOpenParent: "spoor.open.parent_span_id",
  spoorOpenName: "spoor.open.name",
  spoorOpenKind: "spoor.open.kind",
  spoorOpenNextMs: "spoor.open.next_ms",
  /** False on a span that is reported only because one below it is overdue. */
  spoorOpenOverdue: "spoor.open.overdue",
  /** Whoever asked for this work does not wait for it any more. */
  spoorOpenCallerGone: "spoor.open.caller_gone",
  spoorFindingCode: "spoor.finding.code",
  /** What the finding is about; findings of one code about two subjects are two. */
  spoorFindingSubject: "spoor.finding.subject",
  spoorFindingCount: "spoor.finding.count",
  spoorFindingFirst: "spoor.finding.first_unix_nano",
  spoorFindingLast: "spoor.finding.last_unix_nano",
  /** Why a piece of work does not go on, flat: see `wait/wait-attributes.ts`. */
  spoorWaitKind: "spoor.wait.kind",
  spoorWaitCertainty: "spoor.wait.certainty",
  spoorWaitObserved: "spoor.wait.observed_unix_nano",
  spoorWaitSince: "spoor.wait.since_unix_nano",
  spoorWaitMayHaveMore: "spoor.wait.may_have_more",
  spoorWaitQueueCount: "spoor.wait.queue_count",
  /** Who waits, while nobody could be asked; see `WaitReport.session`. */
  spoorWaitSessionServer: "spoor.wait.session.server",
  spoorWaitSessionId: "spoor.wait.session.id",
  /** For whom else the report holds; see `WaitReport.queue`. */
  spoorWaitQueueServer: "spoor.wait.queue.server",
  spoorWaitQueueSessionIds: "spoor.wait.queue.session_ids",
  spoorWaitQueueTransactionSessionIds: "spoor.wait.queue.transaction_session_ids",
  spoorWaitEvidence: "spoor.wait.evidence",
  spoorWaitGaps: "spoor.wait.gaps",
  spoorWaitRemedyPurposes: "spoor.wait.remedy.purposes",
  spoorWaitRemedyTexts: "spoor.wait.remedy.texts",
  spoorWaitQueryCount: "spoor.wait.cost.query_count",
  spoorWaitBlockingCallCount: "spoor.wait.cost.blocking_call_count",
  spoorWaitElapsedMs: "spoor.wait.cost.elapsed_ms",
  /** Before each field of what is waited for. */
  spoorWaitResource: "spoor.wait.resource",
  /** Before each field of the first holder. */
  spoorWaitHolder: "spoor.wait.holder",
  /** The other holders, a list of maps. */
  spoorWaitHolders: "spoor.wait.holders",
} as const;

/** The span event that says what a span waited for, while it did. */
export const WAIT_EVENT_NAME = "spoor.wait";

/** Where the attributes begin that say what an open span waits for, and who holds it. */
export const WAIT_KEY_PREFIX = "spoor.wait.";
/** Where the attributes of `spoor.finding` begin. */
export const FINDING_KEY_PREFIX = "spoor.finding.";

/** Where the attributes of `spoor.loss` begin; the rest of the key is the reason. */
export const LOSS_KEY_PREFIX = "spoor.loss.";
