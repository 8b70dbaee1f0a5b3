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
  errorType: "error.type",
  httpResponseStatusCode: "http.response.status_code",
  /** Old name of http.response.status_code, semantic conventions before 1.21. */
  httpStatusCode: "http.status_code",
  dbQueryText: "db.query.text",
  /** Old name of db.query.text, semantic conventions before 1.25. */
  dbStatement: "db.statement",
  /** On whatever has attributes: a map from the keys whose values were cut to original bytes. */
  spoorTruncated: "spoor.truncated",
  /** The same for keys that were cut themselves. */
  spoorTruncatedKeys: "spoor.truncated_keys",
} as const;
