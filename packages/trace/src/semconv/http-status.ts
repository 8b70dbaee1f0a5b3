/** Reason phrases of the status codes that end up as errors. RFC 9110, section 15; RFC 6585. */
const REASON_PHRASES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  425: "Too Early",
  428: "Precondition Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** `504 Gateway Timeout`; the bare number for a code without a registered phrase. */
export function httpStatusText(code: number): string {
  const phrase = REASON_PHRASES[code];
  return phrase === undefined ? String(code) : `${code} ${phrase}`;
}
