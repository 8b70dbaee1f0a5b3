/*
 * LogRecord messages straight into the columns of a batch, in one pass, whatever the order of
 * fields.
 *
 * The body is found when its field comes and appended at the end, because every row has exactly
 * one. A log record is kept whatever its ids are: without them it is still worth reading.
 */
import { AttributeType, isSeverityNumber, type LogBatch } from "@spoor/trace";
import { bytesTag, fixed32Tag, fixed64Tag, varintTag } from "../protobuf/tag.ts";
import type { AttributeOwner } from "../values/attribute-owner.ts";
import {
  addTo,
  type BodyScan,
  pushValue,
  scanAnyValue,
  scanAttribute,
  setValue,
} from "../values/scan-attribute.ts";
import { IdState, scanSpanId, scanTime, scanTraceId } from "../values/scan-id.ts";
import { clearLogRecord } from "./clear-log-record.ts";
import { LogRecordField } from "./field-numbers.ts";

const TIME = fixed64Tag(LogRecordField.timeUnixNano);
const SEVERITY_NUMBER = varintTag(LogRecordField.severityNumber);
const SEVERITY_TEXT = bytesTag(LogRecordField.severityText);
const BODY = bytesTag(LogRecordField.body);
const ATTRIBUTES = bytesTag(LogRecordField.attributes);
const DROPPED_ATTRIBUTES = varintTag(LogRecordField.droppedAttributesCount);
const FLAGS = fixed32Tag(LogRecordField.flags);
const TRACE_ID = bytesTag(LogRecordField.traceId);
const SPAN_ID = bytesTag(LogRecordField.spanId);
const OBSERVED_TIME = fixed64Tag(LogRecordField.observedTimeUnixNano);
const EVENT_NAME = bytesTag(LogRecordField.eventName);

/** What has attributes in a logs request. */
export interface LogRecordOwners {
  readonly logRecord: AttributeOwner;
}

type LogsScan = BodyScan<LogBatch, LogRecordOwners>;

/** Appends the log record from the reader's position to `end`. */
export function scanLogRecord(scan: LogsScan, end: number): void {
  const { reader, batch } = scan;
  const owner = scan.owners.logRecord;
  scan.limits.check();
  owner.begin();
  const row = batch.reserveLogRecord();
  clearLogRecord(batch, row);
  let traceId: IdState = IdState.none;
  let spanId: IdState = IdState.none;
  let bodyType: AttributeType = AttributeType.empty;
  let bodyLow = 0;
  let bodyHigh = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case ATTRIBUTES:
        scanAttribute(scan, owner, reader.openMessage(end));
        break;
      case BODY:
        setValue(scan, bodyType, bodyLow, bodyHigh);
        scanAnyValue(scan, reader.openMessage(end));
        ({ type: bodyType, low: bodyLow, high: bodyHigh } = scan);
        break;
      case TRACE_ID:
        traceId = scanTraceId(reader, end, batch.traceIdWords, row);
        break;
      case SPAN_ID:
        spanId = scanSpanId(reader, end, batch.spanIdWords, row);
        break;
      default:
        scanPlainField(scan, row, tag, end);
    }
  }
  setValue(scan, bodyType, bodyLow, bodyHigh);
  pushValue(scan, batch.bodies, 0, Math.max(0, row - 1));
  const invalidCount = Number(traceId === IdState.invalid) + Number(spanId === IdState.invalid);
  scan.losses.count("log_record_id_invalid", invalidCount);
  addTo(batch.droppedAttributesCounts, row, owner.finish());
  batch.attributesEnd[row] = batch.attributes.count;
}

/** The fields that are one number or one text. */
function scanPlainField(scan: LogsScan, row: number, tag: number, end: number): void {
  const { reader, batch } = scan;
  switch (tag) {
    case TIME:
      scanTime(reader, end, batch.timeWords, row);
      break;
    case OBSERVED_TIME:
      scanTime(reader, end, batch.observedTimeWords, row);
      break;
    case SEVERITY_NUMBER:
      batch.severityNumbers[row] = scanSeverityNumber(scan, end);
      break;
    case SEVERITY_TEXT:
      batch.severityTexts[row] = scan.text(
        reader.openMessage(end),
        batch.severityTexts[row - 1] ?? 0,
      );
      break;
    case EVENT_NAME:
      batch.eventNames[row] = scan.text(reader.openMessage(end), batch.eventNames[row - 1] ?? 0);
      break;
    case FLAGS:
      batch.flags[row] = reader.view.getUint32(reader.fixed(4, end), true);
      break;
    case DROPPED_ATTRIBUTES:
      batch.droppedAttributesCounts[row] = reader.uint32(end);
      break;
    default:
      reader.skip(tag, end);
  }
}

function scanSeverityNumber(scan: LogsScan, end: number): number {
  const severityNumber = scan.reader.int32(end);
  if (isSeverityNumber(severityNumber)) return severityNumber;
  scan.losses.count("severity_number_unknown");
  return 0;
}
