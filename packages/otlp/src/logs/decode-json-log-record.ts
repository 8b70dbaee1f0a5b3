import {
  isSeverityNumber,
  type LogBatch,
  type LossLedger,
  SPAN_ID_BYTES,
  TRACE_ID_BYTES,
} from "@spoor/trace";
import {
  appendOwnedAttributes,
  appendJsonValue,
  enumNumber,
  type JsonTarget,
  textId,
} from "../values/append-json-value.ts";
import { decodeJsonValue } from "../values/decode-json-value.ts";
import {
  enumField,
  type JsonNode,
  textField,
  uint32Field,
  uint64Field,
} from "../values/json-fields.ts";
import { IdState, setId } from "../values/scan-id.ts";
import { clearLogRecord } from "./clear-log-record.ts";
import { SEVERITY_NUMBER_NAMES } from "./severity-number-names.ts";

/** Appends one log record. Resource and scope index are the caller's to fill. */
export function appendJsonLogRecord(target: JsonTarget<LogBatch>, node: JsonNode): void {
  const { batch, limits } = target;
  const { losses } = limits;
  limits.check();
  const row = batch.reserveLogRecord();
  clearLogRecord(batch, row);
  batch.timesUnixNano[row] = uint64Field(node, "timeUnixNano");
  batch.observedTimesUnixNano[row] = uint64Field(node, "observedTimeUnixNano");
  batch.severityNumbers[row] = severityNumberOf(node, losses);
  batch.severityTexts[row] = textId(target, textField(node, "severityText"));
  batch.eventNames[row] = textId(target, textField(node, "eventName"));
  const body = decodeJsonValue(node, "body", { depth: 0, limits });
  appendJsonValue(target, batch.bodies, 0, body);
  appendOwnedAttributes(target, batch, row, node);
  batch.flags[row] = uint32Field(node, "flags");
  const traceId = setId(batch.traceIds, row, TRACE_ID_BYTES, textField(node, "traceId"));
  const spanId = setId(batch.spanIds, row, SPAN_ID_BYTES, textField(node, "spanId"));
  const invalidCount = Number(traceId === IdState.invalid) + Number(spanId === IdState.invalid);
  losses.count("log_record_id_invalid", invalidCount);
  batch.attributesEnd[row] = batch.attributes.count;
}

function severityNumberOf(node: JsonNode, losses: LossLedger): number {
  const severityNumber = enumNumber(enumField(node, "severityNumber"), SEVERITY_NUMBER_NAMES);
  if (isSeverityNumber(severityNumber)) return severityNumber;
  losses.count("severity_number_unknown");
  return 0;
}
