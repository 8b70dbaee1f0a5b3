/*
 * Log records in OTLP/JSON straight into the columns of a batch; what scan-log-record.ts is for
 * protobuf.
 */
import { AttributeType, isSeverityNumber, type LogBatch } from "@spoor/trace";
import { JsonFieldNames } from "../values/json-field-names.ts";
import { addTo } from "../values/scan-attribute.ts";
import { IdState, scanHexId, scanJsonTime } from "../values/scan-id.ts";
import {
  type JsonScan,
  pushJsonValue,
  scanJsonAny,
  scanJsonAttributes,
} from "../values/scan-json-attribute.ts";
import { clearLogRecord } from "./clear-log-record.ts";
import type { LogRecordOwners } from "./scan-log-record.ts";
import { SEVERITY_NUMBER_NAMES } from "./severity-number-names.ts";

const LOG_RECORD = new JsonFieldNames([
  "timeUnixNano",
  "observedTimeUnixNano",
  "severityNumber",
  "severityText",
  "eventName",
  "body",
  "attributes",
  "droppedAttributesCount",
  "flags",
  "traceId",
  "spanId",
]);

type LogsScan = JsonScan<LogBatch, LogRecordOwners>;

/** Appends the log record that follows. */
export function scanJsonLogRecord(scan: LogsScan): void {
  const { cursor, batch } = scan;
  const owner = scan.owners.logRecord;
  scan.limits.check();
  owner.begin();
  const row = batch.reserveLogRecord();
  clearLogRecord(batch, row);
  let traceId: IdState = IdState.none;
  let spanId: IdState = IdState.none;
  let seen = 0;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(LOG_RECORD, seen);
    seen |= cursor.fieldBit;
    switch (field) {
      case 5:
        scan.type = AttributeType.empty;
        scanJsonAny(scan);
        pushJsonValue(scan, batch.bodies, 0, Math.max(0, row - 1));
        break;
      case 6:
        scanJsonAttributes(scan, owner);
        break;
      case 9:
        traceId = scanHexId(cursor, batch.traceIdWords, row, 4);
        break;
      case 10:
        spanId = scanHexId(cursor, batch.spanIdWords, row, 2);
        break;
      default:
        scanPlainField(scan, row, field);
    }
  }
  if (batch.bodies.count === row) batch.bodies.push(0, AttributeType.empty, 0, 0);
  const invalidCount = Number(traceId === IdState.invalid) + Number(spanId === IdState.invalid);
  scan.losses.count("log_record_id_invalid", invalidCount);
  addTo(batch.droppedAttributesCounts, row, owner.finish());
  batch.attributesEnd[row] = batch.attributes.count;
}

function scanPlainField(scan: LogsScan, row: number, field: number): void {
  const { cursor, batch } = scan;
  switch (field) {
    case 0:
      scanJsonTime(cursor, batch.timeWords, row);
      break;
    case 1:
      scanJsonTime(cursor, batch.observedTimeWords, row);
      break;
    case 2:
      batch.severityNumbers[row] = scanSeverityNumber(scan);
      break;
    case 3:
      batch.severityTexts[row] = scan.textId(batch.severityTexts[row - 1] ?? 0);
      break;
    case 4:
      batch.eventNames[row] = scan.textId(batch.eventNames[row - 1] ?? 0);
      break;
    case 7:
      batch.droppedAttributesCounts[row] = cursor.uint32();
      break;
    case 8:
      batch.flags[row] = cursor.uint32();
      break;
    default:
  }
}

function scanSeverityNumber({ cursor, losses }: LogsScan): number {
  const severityNumber = cursor.enumNumber(SEVERITY_NUMBER_NAMES);
  if (isSeverityNumber(severityNumber)) return severityNumber;
  losses.count("severity_number_unknown");
  return 0;
}
