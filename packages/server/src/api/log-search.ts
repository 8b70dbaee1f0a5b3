/* `GET /logs`: log records of any trace and of none. */
import {
  type LogSearchAnswer,
  SEVERITY_NAMES,
  severityNumberOf,
  toLogRecordListDocument,
} from "@spoor/trace";
import {
  LIST_LOG_RECORDS_DEFAULT,
  LIST_LOG_RECORDS_MAX,
  LOG_TEXT_MAX,
  PAGE_TOKEN_MAX,
} from "../base/limits.ts";
import { coverageOf } from "./coverage.ts";
import { intervalInvalid } from "./interval.ts";
import { optionalChoice, text, time, UNIX_NANO_MAX, wholeNumber } from "./parameter.ts";
import { type Route, route } from "./route.ts";

/** `GET /api/v1/logs`. */
export const searchLogsRoute: Route = route({
  method: "get",
  path: "/logs",
  summary: "Log records of any trace and of none, newest first, page by page",
  parameters: {
    service: text("Only log records of this service"),
    severity: optionalChoice("Only log records so severe or more", SEVERITY_NAMES),
    contains: text("Only log records with this in their body or event name, in whatever case", {
      max: LOG_TEXT_MAX,
    }),
    trace: optionalChoice("Only log records with, or without, a trace", ["with", "without"]),
    from: time("The earliest time of a log record, inclusive", "0"),
    to: time("The latest time of a log record, exclusive", UNIX_NANO_MAX.toString()),
    limit: wholeNumber("Log records of one page", {
      min: 1,
      max: LIST_LOG_RECORDS_MAX,
      fallback: LIST_LOG_RECORDS_DEFAULT,
    }),
    page: text("nextPage of the page before, with everything else as it was", {
      max: PAGE_TOKEN_MAX,
    }),
  },
  answer: "LogSearchAnswer",
  problems: ["SPOOR_API_PAGE_INVALID"],
  handle: async ({ service, severity, contains, trace, from, to, limit, page }, request) => {
    const invalid = intervalInvalid(from, to);
    if (invalid !== undefined) return invalid;
    const startedMs = request.clock.monotonicMs();
    const isFresh = await request.freshen();
    const found = await request.store.findLogs({
      fromUnixNano: from,
      toUnixNano: to,
      contains,
      limit,
      signal: request.signal,
      ...(service === "" ? {} : { service }),
      ...(severity === undefined ? {} : { severityNumberMin: severityNumberOf(severity) }),
      ...(trace === undefined ? {} : { hasTrace: trace === "with" }),
      ...(page === "" ? {} : { pageToken: page }),
    });
    const answer: LogSearchAnswer = {
      ...toLogRecordListDocument(found.logRecords),
      nextPage: found.nextPageToken ?? null,
      fromUnixNano: from.toString(),
      toUnixNano: to.toString(),
      ...coverageOf(found, { isFresh, tookMs: request.clock.monotonicMs() - startedMs }),
    };
    return answer;
  },
});
