/* Every route of the API, in the order of its document. */
import { baselineRoute, keysRoute, mapRoute, namesRoute, servicesRoute } from "./catalogue.ts";
import { compareRoute } from "./comparison.ts";
import { completionRoute } from "./completion.ts";
import { consistencyRoute } from "./consistency.ts";
import { differenceRoute } from "./difference.ts";
import { valuesRoute } from "./field-values.ts";
import { groupsRoute } from "./groups.ts";
import { heatmapRoute } from "./heatmap.ts";
import { listFindings, readInflight } from "./live-api.ts";
import { searchLogsRoute } from "./log-search.ts";
import { lostParentsRoute } from "./lost-parents.ts";
import { queryRangeRoute } from "./query-range.ts";
import { type Route, route } from "./route.ts";
import { searchRoute } from "./search.ts";
import { answerSkeleton, answerSpans } from "./skeleton.ts";
import {
  listTracesRoute,
  readLogsRoute,
  readTraceRoute,
  REFERENCE_PROBLEMS,
} from "./stored-trace.ts";
import { streamTraces } from "./stream.ts";
import { tailRoute } from "./tail.ts";

/** All of them but the document itself. */
export const ROUTES: readonly Route[] = [
  searchRoute,
  tailRoute,
  queryRangeRoute,
  heatmapRoute,
  groupsRoute,
  differenceRoute,
  servicesRoute,
  namesRoute,
  keysRoute,
  valuesRoute,
  mapRoute,
  baselineRoute,
  completionRoute,
  compareRoute,
  consistencyRoute,
  listTracesRoute,
  readTraceRoute,
  route({
    method: "get",
    path: "/traces/{reference}/skeleton",
    summary: "The shape of a trace of any size, without what its spans say",
    parameters: {},
    answer: "Skeleton",
    mediaType: "application/vnd.spoor.skeleton",
    problems: REFERENCE_PROBLEMS,
    handle: (_given, request) => answerSkeleton(request.context, request),
  }),
  route({
    method: "post",
    path: "/traces/{reference}/spans",
    summary: "Some spans of a trace with all they say",
    parameters: {},
    body: "SpansRequest",
    answer: "SpansAnswer",
    problems: REFERENCE_PROBLEMS,
    handle: (_given, request) => answerSpans(request.context, request),
  }),
  lostParentsRoute,
  readLogsRoute,
  searchLogsRoute,
  route({
    method: "get",
    path: "/inflight",
    summary: "Requests that have not ended, what they wait for, and who holds it",
    parameters: {},
    answer: "InflightAnswer",
    problems: [],
    handle: (_given, request) => readInflight(request.context, request),
  }),
  route({
    method: "get",
    path: "/findings",
    summary: "What processes found wrong with their tracing",
    parameters: {},
    answer: "FindingsAnswer",
    problems: [],
    handle: (_given, request) => listFindings(request.context, request),
  }),
  route({
    method: "get",
    path: "/loss",
    summary: "Where every span went since the start of the server",
    parameters: {},
    answer: "LossAnswer",
    problems: [],
    handle: (_given, { loss }) => loss(),
  }),
  route({
    method: "get",
    path: "/status",
    summary: "Who listens where, since when, and what has arrived",
    parameters: {},
    answer: "StatusAnswer",
    problems: [],
    handle: (_given, { status }) => status(),
  }),
  route({
    method: "get",
    path: "/stream",
    summary: "Changed traces, what hangs and the status, as server-sent events",
    parameters: {},
    answer: "TraceStreamEvent",
    mediaType: "text/event-stream",
    problems: ["SPOOR_API_STREAM_FULL"],
    handle: (_given, request) => streamTraces(request.context, request),
  }),
];
