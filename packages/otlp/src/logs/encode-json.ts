import { type LogRecord, type LogRecordDocument, toLogRecordDocument } from "@spoor/trace";
import { groupRecords } from "../values/group-records.ts";
import {
  type ResourceEnvelopeDocument,
  resourceEnvelopeOf,
  type ScopeEnvelopeDocument,
  scopeEnvelopeOf,
} from "../values/json-envelopes.ts";

/** An OTLP/JSON logs request, and a LogsData file: the same shape. */
export interface LogsDataDocument {
  readonly resourceLogs: readonly ResourceLogsDocument[];
}

/** ResourceLogs in OTLP/JSON. */
export interface ResourceLogsDocument extends ResourceEnvelopeDocument {
  readonly scopeLogs: readonly ScopeLogsDocument[];
}

/** ScopeLogs in OTLP/JSON. */
export interface ScopeLogsDocument extends ScopeEnvelopeDocument {
  readonly logRecords: readonly Omit<LogRecordDocument, "resource" | "scope">[];
}

/**
 * An OTLP/JSON document of `records`, grouped by resource and scope, for JSON.stringify.
 * Source: opentelemetry-proto, specification.md, "JSON Protobuf Encoding".
 */
export function encodeLogsJson(records: readonly LogRecord[]): LogsDataDocument {
  const resourceLogs = Array.from(groupRecords(records), ([resource, scopes]) => ({
    ...resourceEnvelopeOf(resource),
    scopeLogs: Array.from(scopes, ([scope, members]) => ({
      ...scopeEnvelopeOf(scope),
      logRecords: members.map(toLogRecordDocument),
    })),
  }));
  return { resourceLogs };
}
