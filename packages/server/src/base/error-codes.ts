/** Every error code of the server and what it means. Registered once, never reused. */
export const SERVER_ERROR_CODES = {
  SPOOR_SERVER_PORT_TAKEN: "another process listens on a port that this server needs",
  SPOOR_SERVER_LISTEN: "a port could not be opened for another reason, such as missing rights",
  SPOOR_INTAKE_WORKER: "a thread that takes requests failed; the server cannot go on without it",
  SPOOR_SPOOL_WRITE: "the spool could not be written: the disk is full or broken",
  SPOOR_SPOOL_READ: "a file of the spool could not be read, or is not of this version",
  SPOOR_API_NOT_FOUND: "there is no such path in the API",
  SPOOR_API_PARAMETER_INVALID: "a query parameter could not be read",
  SPOOR_API_QUERY_INVALID: "the query has a mistake; the problem says where and what to write",
  SPOOR_API_PAGE_INVALID: "the page token belongs to another search",
  SPOOR_API_BODY_INVALID: "the body of a request could not be read",
  SPOOR_API_REQUEST_TOO_LARGE: "the address and the head of a request are longer than is read",
  SPOOR_API_NOTHING_TYPICAL: "no other trace has the same root, so there is nothing usual",
  SPOOR_API_TRACE_REFERENCE_INVALID: "this is neither a trace id, nor a prefix, nor a traceparent",
  SPOOR_API_TRACE_NOT_FOUND: "no trace with this id, or beginning so, is stored here",
  SPOOR_API_TRACE_AMBIGUOUS: "several traces begin with this prefix",
  SPOOR_API_STORE_UNAVAILABLE: "the store did not answer; the same request may succeed later",
  SPOOR_API_STREAM_FULL: "too many connections follow the live stream",
  SPOOR_API_HOST_REFUSED: "the Host header names a machine that this server does not answer for",
  SPOOR_API_INTERNAL: "an error inside the server",
} as const;

/** A registered error code of the server. */
export type ServerErrorCode = keyof typeof SERVER_ERROR_CODES;
