/**
 * Every way in which Spoor does not keep something it was given, and what a person is told.
 *
 * A reason is registered here once and never reused.
 */
export const LOSS_REASONS = {
  span_id_invalid:
    "a span with no valid trace id or span id, or with a parent id of the wrong length, refused",
  link_id_invalid: "a link with no valid trace id or span id, kept with zeros in its place",
  span_kind_unknown: "a span kind outside 0-5, kept as unspecified",
  status_code_unknown: "a status code outside 0-2, kept as unset",
  log_record_id_invalid:
    "a trace or span id of the wrong length in a log record, which is kept without it",
  severity_number_unknown: "a severity number outside 0-24, kept as unspecified",
  text_not_utf8: "text that is not UTF-8, kept with U+FFFD in the place of each wrong byte",
  attribute_depth: "an attribute value nested more than 32 deep, cut at that depth",
  attribute_value_cut:
    "an attribute value above the length limit, cut, with its original length beside it",
  attribute_key_cut:
    "an attribute key above the length limit, cut, with its original length beside it",
  attribute_count: "an attribute beyond the number that one owner may have, left out and counted",
  attribute_value_unsupported:
    "an attribute without a key, or with a value that has no form in OTLP, left out and counted",
  event_count: "an event beyond the number that one span may have: the oldest is left out",
  link_count: "a link beyond the number that one span may have: the oldest is left out",
  span_not_encoded: "a span that could not be encoded when it ended, left out",
  attribute_repeated:
    "an attribute with the key of an earlier one of the same owner, left out: the first counts",
  attribute_string_reference: "a profiling-only string reference outside profiles, kept as empty",
  request_malformed: "a request that could not be decoded, refused",
  request_too_large: "a request above the size limit, before or after decompression, refused",
  request_row_count:
    "a request with more spans, attributes, events and links than one may hold, refused",
  request_unsupported: "a request of an unknown content type or encoding, refused",
  request_overload: "a request refused with a retry hint, because too much was in flight",
  request_timeout: "a request that did not arrive whole in time, cut off",
  connection_limit: "a connection that was closed at once, because a port had too many",
  store_unavailable: "a request refused with a retry hint, because the store did not take it",
  span_set_aside:
    "a span that the store refused for good; its request is kept in the spool, if there is one",
  log_record_set_aside:
    "a log record that the store refused for good; its request is kept in the spool, if there is one",
  log_record_evicted: "a log record that the in-memory store let go, because it was full",
  log_record_expired:
    "a stored log record that was deleted, because it was older than it was to be kept",
  span_expired: "a stored span that was deleted, because it was older than it was to be kept",
  span_unreadable:
    "an acknowledged span that was no longer in its segment of the spool: the file is damaged",
  span_evicted: "a span that the in-memory store let go, because it was full",
  open_span_late: "a report of an open span that came after its finished span, ignored",
  open_span_refused: "a report of an open span for which there was no room, refused",
  open_span_expired:
    "an open span that is no longer shown, because nobody has spoken of it for a long time",
  open_span_final_missing:
    "a span that was reported as open and has ended, but whose finished span did not arrive",
  report_malformed:
    "a report of open spans, findings or losses that could not be read; kept as a log record",
  report_refused: "a report of a process or a finding beyond the number that is kept, refused",
  export_queue_full:
    "a span or log record that the sending process had no room for, because too much waited to go",
  export_refused: "a span or log record that the receiver refused for good",
  export_rejected: "a span or log record that the receiver left out of a request that it took",
  export_gave_up:
    "a span or log record that was not sent, because every try failed until its time was over",
  export_deadline:
    "a span or log record that was still waiting, or on its way, when the sending process ended",
  export_queue_damaged:
    "a span or log record in a file of the sending process's queue on disk that was damaged or cut off",
  export_after_shutdown: "a span or log record that came after the SDK was shut down",
} as const;

/** A registered way of losing something. */
export type LossReason = keyof typeof LOSS_REASONS;
