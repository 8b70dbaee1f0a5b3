/*
 * Log records as JSON: what the native API answers and what the page and the CLI read. Spelled as
 * in OTLP/JSON, like the trace document and with the same tables of resources and scopes.
 */
import {
  type AnyValue,
  fromAnyValue,
  fromKeyValues,
  type KeyValue,
  toAnyValue,
  toKeyValues,
} from "../span/any-value.ts";
import { indexOf, unlessDefault } from "../span/document-fields.ts";
import type {
  InstrumentationScope,
  Resource,
  ResourceDocument,
  ScopeDocument,
} from "../span/resource.ts";
import {
  fromResourceDocument,
  fromScopeDocument,
  toResourceDocument,
  toScopeDocument,
} from "../span/trace-document.ts";
import type { LogRecord } from "./log-record.ts";

/** {@link LogRecord} in JSON; 64-bit times are decimal text, fields at their default left out. */
export interface LogRecordDocument {
  readonly timeUnixNano?: string;
  readonly observedTimeUnixNano?: string;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly eventName?: string;
  /** Index into `resources`. */
  readonly resource: number;
  /** Index into `scopes`. */
  readonly scope: number;
}

/** Log records with what they share. */
export interface LogRecordListDocument {
  readonly resources: readonly ResourceDocument[];
  readonly scopes: readonly ScopeDocument[];
  readonly logs: readonly LogRecordDocument[];
}

/** Log records in their JSON form. Cost: one object per log record and attribute. */
export function toLogRecordListDocument(records: readonly LogRecord[]): LogRecordListDocument {
  const resources = new Map<Resource, number>();
  const scopes = new Map<InstrumentationScope, number>();
  const logs = records.map((record) => ({
    ...toLogRecordDocument(record),
    resource: indexOf(resources, record.resource),
    scope: indexOf(scopes, record.scope),
  }));
  return {
    resources: Array.from(resources.keys(), toResourceDocument),
    scopes: Array.from(scopes.keys(), toScopeDocument),
    logs,
  };
}

/**
 * The log records that {@link toLogRecordListDocument} wrote.
 *
 * @throws RangeError when one refers to a resource or scope that is not there.
 */
export function fromLogRecordListDocument(document: LogRecordListDocument): LogRecord[] {
  const resources = document.resources.map(fromResourceDocument);
  const scopes = document.scopes.map(fromScopeDocument);
  return document.logs.map((record, index) => {
    const resource = resources[record.resource];
    const scope = scopes[record.scope];
    if (resource === undefined || scope === undefined) {
      throw new RangeError(`log record ${index} refers to a resource or scope that is not there`);
    }
    return fromLogRecordDocument(record, { resource, scope });
  });
}

/** A log record in its JSON form, without what it shares with other log records. */
export function toLogRecordDocument(
  record: LogRecord,
): Omit<LogRecordDocument, "resource" | "scope"> {
  return {
    ...unlessDefault("timeUnixNano", unlessZero(record.timeUnixNano)),
    ...unlessDefault("observedTimeUnixNano", unlessZero(record.observedTimeUnixNano)),
    ...unlessDefault("severityNumber", record.severityNumber),
    ...unlessDefault("severityText", record.severityText),
    ...(record.body === null ? {} : { body: toAnyValue(record.body) }),
    ...unlessDefault("attributes", toKeyValues(record.attributes)),
    ...unlessDefault("droppedAttributesCount", record.droppedAttributesCount),
    ...unlessDefault("flags", record.flags),
    ...unlessDefault("traceId", record.traceId),
    ...unlessDefault("spanId", record.spanId),
    ...unlessDefault("eventName", record.eventName),
  };
}

function fromLogRecordDocument(
  document: LogRecordDocument,
  owner: Pick<LogRecord, "resource" | "scope">,
): LogRecord {
  return {
    traceId: document.traceId ?? "",
    spanId: document.spanId ?? "",
    timeUnixNano: BigInt(document.timeUnixNano ?? 0),
    observedTimeUnixNano: BigInt(document.observedTimeUnixNano ?? 0),
    severityNumber: document.severityNumber ?? 0,
    severityText: document.severityText ?? "",
    eventName: document.eventName ?? "",
    body: document.body === undefined ? null : fromAnyValue(document.body),
    attributes: fromKeyValues(document.attributes ?? []),
    droppedAttributesCount: document.droppedAttributesCount ?? 0,
    flags: document.flags ?? 0,
    resource: owner.resource,
    scope: owner.scope,
  };
}

function unlessZero(time: bigint): string {
  return time === 0n ? "" : time.toString();
}
