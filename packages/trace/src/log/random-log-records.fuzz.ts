/*
 * Arbitrary valid log records, every field of them, for properties that hold for all. Tests of
 * every package import this as `@spoor/trace/random-log-records`.
 */
import * as fc from "fast-check";
import {
  attributes,
  attributeValue,
  id,
  record,
  resource,
  scope,
  text,
  uint32,
  uint64,
} from "../span/random-values.fuzz.ts";
import type { LogRecord } from "./log-record.ts";
import { SEVERITY_NUMBER_MAX } from "./severity.ts";

const none = fc.constant("");

const ownFields = {
  traceId: fc.oneof(none, id(16)),
  spanId: fc.oneof(none, id(8)),
  timeUnixNano: uint64,
  observedTimeUnixNano: uint64,
  severityNumber: fc.nat(SEVERITY_NUMBER_MAX),
  severityText: text,
  eventName: text,
  body: attributeValue,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
};

/** Up to six log records that share up to three resources and scopes. */
export const randomLogRecords: fc.Arbitrary<LogRecord[]> = fc
  .tuple(
    fc.array(resource, { minLength: 1, maxLength: 3 }),
    fc.array(scope, { minLength: 1, maxLength: 3 }),
  )
  .chain(([resources, scopes]) => {
    const shared = {
      resource: fc.constantFrom(...resources),
      scope: fc.constantFrom(...scopes),
    };
    return fc.array(record<LogRecord>({ ...ownFields, ...shared }), { maxLength: 6 });
  });
