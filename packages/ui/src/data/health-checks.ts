/*
 * The ways in which tracing lies, each as one check over what the server knows.
 */
import {
  fromLogRecordListDocument,
  REPORT_EVENT_NAMES,
  serviceName,
  type LogSearchAnswer,
  inconsistencies,
  type Inconsistency,
  type ConsistencyAnswer,
  type Finding,
  type FindingsAnswer,
  type InflightAnswer,
  type LossAnswer,
  type LossLine,
  type ServiceMapAnswer,
  type ServicesAnswer,
  type StatusAnswer,
  type TraceSearchAnswer,
} from "@spoor/trace";

/** What the checks are made on; what has not arrived, or could not be asked, is undefined. */
export interface HealthFacts {
  readonly status: StatusAnswer;
  readonly loss: LossAnswer;
  readonly findings: FindingsAnswer;
  readonly inflight: InflightAnswer;
  readonly services: ServicesAnswer | undefined;
  readonly orphans: TraceSearchAnswer | undefined;
  readonly consistency: ConsistencyAnswer | undefined;
  /** Log records without a trace. */
  readonly logs: LogSearchAnswer | undefined;
  readonly map: ServiceMapAnswer | undefined;
}

/** `note`: worth knowing and no fault. `unknown`: the server did not say. */
export type CheckState = "good" | "bad" | "note" | "unknown";

/** Somebody or something that a check is about. */
export interface CheckLine {
  readonly who: string;
  readonly text: string;
  readonly count: number;
  /** Where to see it; empty when it belongs to no trace. */
  readonly traceId: string;
  readonly spanId: string;
}

/** The outcome of one check. */
export interface HealthCheck {
  readonly key: string;
  readonly title: string;
  readonly state: CheckState;
  readonly count: number;
  /** What is counted, for one of them. */
  readonly unit: string;
  readonly lines: readonly CheckLine[];
  /** What it means and what to do. */
  readonly fix: string;
  /** A query that finds all of them; empty when none can. */
  readonly query: string;
}

/** Finds spans whose parent never arrived. */
export const ORPHAN_QUERY = '{ nestedSetParent < 0 && span:parentID != "" }';

const REPORTS: ReadonlySet<string> = new Set(Object.values(REPORT_EVENT_NAMES));
const OPEN_SPAN_LOSSES = new Set(["open_span_expired", "open_span_final_missing"]);
/** Findings that belong to a check of their own. */
const OWN_CHECK = new Set(["context_lost", "span_never_ended"]);

/** Every check, those that fail first. */
export function healthChecks(facts: HealthFacts): HealthCheck[] {
  const checks = [
    orphans(facts),
    sampling(facts),
    clocks(facts),
    withoutEnd(facts),
    truncated(facts),
    lostHere(facts),
    lostBefore(facts),
    refusedRequests(facts),
    setUp(facts),
    fellSilent(facts),
    calledButSilent(facts),
    logsWithoutTrace(facts),
  ];
  const rank: Record<CheckState, number> = { bad: 0, unknown: 1, note: 2, good: 3 };
  return checks.sort((a, b) => rank[a.state] - rank[b.state]);
}

/** The one sentence above the checks. */
export function healthSentence(checks: readonly HealthCheck[], facts: HealthFacts): string {
  const bad = checks.filter(({ state }) => state === "bad");
  const unknown = checks.filter(({ state }) => state === "unknown").length;
  const untold = unknown === 0 ? "" : ` ${unknown} could not be made.`;
  if (bad.length > 0) {
    const titles = bad.map(({ title }) => title.toLowerCase()).join(", ");
    return `${bad.length} of ${checks.length} checks fail: ${titles}.${untold}`;
  }
  const { services } = facts;
  const spans = services?.services.reduce((sum, { spanCount }) => sum + spanCount, 0) ?? 0;
  const reporting = services?.services.length ?? 0;
  const who = `${number(reporting)} ${reporting === 1 ? "service reports" : "services report"}`;
  if (unknown > 0) return `${checks.length - unknown} of ${checks.length} checks pass.${untold}`;
  return `All ${checks.length} checks pass. ${who}; 0 orphans in ${number(spans)} spans.`;
}

function check(
  key: string,
  fields: Omit<HealthCheck, "key" | "state" | "count" | "query"> & {
    readonly query?: string;
    readonly worst?: CheckState;
  },
): HealthCheck {
  const { worst = "bad", query = "", ...rest } = fields;
  const count = rest.lines.reduce((sum, line) => sum + line.count, 0);
  return { ...rest, key, query, count, state: count > 0 ? worst : "good" };
}

function orphans({ orphans: found, findings }: HealthFacts): HealthCheck {
  const spans = (found?.traces ?? []).flatMap(({ traceId, groups }) =>
    groups.flatMap((group) => group.spans.map((span) => ({ traceId, span }))),
  );
  const byService = new Map<string, CheckLine>();
  for (const { traceId, span } of spans) {
    const key = `${span.service}\n${span.name}`;
    const before = byService.get(key);
    byService.set(key, {
      who: span.service,
      text: `${span.name}: its parent never arrived`,
      count: (before?.count ?? 0) + 1,
      traceId: before?.traceId ?? traceId,
      spanId: before?.spanId ?? span.spanId,
    });
  }
  const lines = [...byService.values(), ...linesOf(findings, (code) => code === "context_lost")];
  const made = check("orphans", {
    title: "Orphaned spans",
    unit: "span",
    lines: lines.sort((a, b) => b.count - a.count),
    fix:
      "The hop above these spans drops the context, or is sampled out. See that it forwards the " +
      "traceparent header, and that the work runs inside of the active context.",
    query: ORPHAN_QUERY,
  });
  return found === undefined && made.state === "good" ? { ...made, state: "unknown" } : made;
}

function sampling({ consistency }: HealthFacts): HealthCheck {
  const made = check("sampling", {
    title: "Sampling that differs within a trace",
    unit: "call",
    lines: inconsistentLines(consistency, ({ code }) => code !== "clocks_disagree"),
    fix:
      "Decide once, in the first service, and let all others follow their parent: " +
      "OTEL_TRACES_SAMPLER=parentbased_always_on there, and a ratio only at the edge. Else of the " +
      "traces that one keeps the other drops most. Where nobody samples, spans were lost on the way.",
  });
  return consistency === undefined ? { ...made, state: "unknown" } : made;
}

function clocks({ consistency }: HealthFacts): HealthCheck {
  const made = check("clocks", {
    title: "Clocks that disagree",
    unit: "call",
    lines: inconsistentLines(consistency, ({ code }) => code === "clocks_disagree"),
    fix:
      "Let the hosts follow one time server (chrony, systemd-timesyncd). Until then durations " +
      "within a service are right, and the order of spans of these services is not.",
  });
  return consistency === undefined ? { ...made, state: "unknown" } : made;
}

function inconsistentLines(
  consistency: ConsistencyAnswer | undefined,
  isWanted: (one: Inconsistency) => boolean,
): Inconsistency[] {
  return consistency === undefined ? [] : inconsistencies(consistency).filter(isWanted);
}

function withoutEnd({ findings, inflight, loss }: HealthFacts): HealthCheck {
  const gone = inflight.groups
    .flatMap(({ requests }) => requests)
    .filter(({ isGone }) => isGone)
    .map(({ traceId, top, deepest }) => ({
      who: top.service,
      text: `${top.title}: its process is gone`,
      count: 1,
      traceId,
      spanId: deepest.spanId,
    }));
  const lost = loss.losses.filter(({ reason }) => OPEN_SPAN_LOSSES.has(reason));
  return check("without-end", {
    title: "Spans without an end",
    unit: "span",
    lines: [
      ...gone,
      ...linesOf(findings, (code) => code === "span_never_ended"),
      ...lost.map((line) => lossLine("", line)),
    ],
    fix: "End every span in a finally, and let the process flush before it exits.",
  });
}

function truncated({ loss }: HealthFacts): HealthCheck {
  const lines = loss.senders.flatMap(({ service, changed, isShared }) =>
    changed.map((line) => lossLine(isShared ? "others" : service, line)),
  );
  return check("truncated", {
    title: "Cut and left out",
    unit: "value",
    lines: lines.sort((a, b) => b.count - a.count),
    fix:
      "Values, attributes, events or links were above a limit. What was cut carries its length; " +
      "send less, or raise OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT and its siblings in the application.",
  });
}

function lostHere({ loss }: HealthFacts): HealthCheck {
  const lines = loss.senders.flatMap(({ service, refused, givenUp, isShared }) =>
    [...refused, ...givenUp].map((line) => lossLine(isShared ? "others" : service, line)),
  );
  return check("lost-here", {
    title: "Spans that were not kept",
    unit: "span",
    lines: lines.sort((a, b) => b.count - a.count),
    fix: "GET /api/v1/loss is the whole account: received, stored, refused, given up, by sender.",
  });
}

function lostBefore({ loss }: HealthFacts): HealthCheck {
  const lines = loss.senderLosses.flatMap(({ service, instance, losses }) =>
    losses.map((line) => lossLine(instance === "" ? service : `${service} ${instance}`, line)),
  );
  return check("lost-before", {
    title: "Lost by the sender",
    unit: "span or log record",
    lines: lines.sort((a, b) => b.count - a.count),
    fix:
      "The exporter's queue was full, or nobody took its requests. Give it a larger queue " +
      "(OTEL_BSP_MAX_QUEUE_SIZE), a nearer receiver, or let the process flush before it exits.",
  });
}

function refusedRequests({ loss, status }: HealthFacts): HealthCheck {
  const refused = loss.requests.refused.map((line) => lossLine("", line));
  const mistakes = status.mistakes.map(({ from, message }) => ({
    who: from,
    text: message,
    // Counted among the refused requests already, where it is one of the protocol.
    count: refused.length === 0 ? 1 : 0,
    traceId: "",
    spanId: "",
  }));
  return check("refused-requests", {
    title: "Requests that were refused",
    unit: "request",
    lines: [...refused, ...mistakes],
    fix: "Nobody knows what was in them. Mend the sender: the port, the protocol, the size.",
  });
}

function setUp({ findings }: HealthFacts): HealthCheck {
  return check("set-up", {
    title: "Tracing that is not set up right",
    unit: "finding",
    lines: linesOf(findings, (code) => !OWN_CHECK.has(code)),
    fix: "Each finding says what to do. spoor doctor prints them all, and tries whether spans arrive.",
  });
}

function fellSilent({ inflight }: HealthFacts): HealthCheck {
  const silent = inflight.instances.filter(({ state }) => state === "silent" || state === "gone");
  return check("fell-silent", {
    title: "Processes that fell silent",
    unit: "process",
    lines: silent.map(({ service, instance, state, heardMsAgo }) => ({
      who: service,
      text: `${instance} ${state}, last heard ${Math.round(heardMsAgo / 1000)} s ago`,
      count: 1,
      traceId: "",
      spanId: "",
    })),
    fix: "They stopped without saying so: killed, out of memory, or cut off from here.",
    worst: "note",
  });
}

function calledButSilent({ map, services }: HealthFacts): HealthCheck {
  const known = new Set(services?.services.map(({ service }) => service));
  const edges = (map?.edges ?? []).filter(
    ({ callee, calleeType }) => calleeType === "external" && callee !== "" && !known.has(callee),
  );
  const made = check("called-silent", {
    title: "Called, but never heard of",
    unit: "call",
    lines: edges.map(({ caller, callee, callCount }) => ({
      who: callee,
      text: `called by ${caller}, sends no spans`,
      count: callCount,
      traceId: "",
      spanId: "",
    })),
    fix: "If it is yours, instrument it. If it belongs to somebody else, this is as it should be.",
    worst: "note",
  });
  return map === undefined ? { ...made, state: "unknown" } : made;
}

function logsWithoutTrace({ logs }: HealthFacts): HealthCheck {
  // What a process says about its own tracing belongs to no trace.
  const records = (logs === undefined ? [] : fromLogRecordListDocument(logs)).filter(
    ({ eventName }) => !REPORTS.has(eventName),
  );
  const byService = Map.groupBy(records, ({ resource }) => serviceName(resource));
  const made = check("logs-without-trace", {
    title: "Log records without a trace",
    unit: "log record",
    lines: Array.from(byService, ([who, own]) => ({
      who,
      text:
        logs?.nextPage === null
          ? "cannot be found by the id of a trace"
          : "cannot be found by the id of a trace; these are only the newest",
      count: own.length,
      traceId: "",
      spanId: "",
    })).sort((a, b) => b.count - a.count),
    fix:
      "What is logged at the start and between requests has none. What is logged within a request " +
      "has one when the logger is instrumented, and the work runs inside of the active context.",
    worst: "note",
  });
  return logs === undefined ? { ...made, state: "unknown" } : made;
}

function linesOf(findings: FindingsAnswer, isWanted: (code: string) => boolean): CheckLine[] {
  return findings.findings.filter(({ code }) => isWanted(code)).map(findingLine);
}

function findingLine(finding: Finding): CheckLine {
  const { service, sentence, count, traceId, spanId } = finding;
  return { who: service, text: sentence, count, traceId, spanId };
}

function lossLine(who: string, { reason, count, meaning }: LossLine): CheckLine {
  return { who: who === "" ? reason : who, text: meaning, count, traceId: "", spanId: "" };
}

function number(count: number): string {
  return count.toLocaleString("en");
}
