/*
 * What hangs, in the order in which a person wants to know it: who holds up whom.
 *
 * 1. Open spans of one trace are one request. It is told by its topmost open span, and by the
 *    deepest one, because those in between only wait for what is below them.
 * 2. Requests whose deepest span waits for the same holder are one group: a hundred requests behind
 *    one lock are one incident. The same holder is the same database session, process or span.
 * 3. A request is a zombie when somebody gave up on it and work goes on: a span says so, or its
 *    caller has ended.
 * 4. A request that is open for no longer than 99 of 100 of its kind took does not hang: it runs.
 *    But for zombies, for processes that are gone, and for whoever waits for what does not come by
 *    itself, such as a lock.
 *
 * A holder is named as reported, with "seen" against "probably"; where nobody said what a span
 * waits for, nothing is guessed.
 */
import { formatDuration } from "../base/duration.ts";
import type { OpenSpan, ReportingInstance } from "../report/open-span.ts";
import { spanTitle } from "../semconv/title.ts";
import { fromKeyValues } from "../span/any-value.ts";
import { waitFromAttributes } from "../wait/wait-attributes.ts";
import type { Certainty, WaitHolder, WaitReport } from "../wait/wait-report.ts";
import { WAIT_KINDS, type WaitKind } from "../wait/wait-kind.ts";
import { holderText, holderVerb, resourceText, waitSentence } from "../wait/wait-sentence.ts";

/** An open span as part of a sentence. */
export interface OpenSpanName {
  readonly spanId: string;
  readonly service: string;
  readonly title: string;
  readonly name: string;
  /** As OTLP numbers it. */
  readonly kind: number;
  readonly ageMs: number;
}

/** A request that has not ended. */
export interface InflightRequest {
  readonly traceId: string;
  /** The topmost open span; the oldest of several. */
  readonly top: OpenSpanName;
  /** The open span that the others wait for. */
  readonly deepest: OpenSpanName;
  readonly openSpanCount: number;
  /** Nobody waits for it any more. */
  readonly isZombie: boolean;
  /** The process of the deepest span has fallen silent. */
  readonly isGone: boolean;
  /** What the deepest span waits for; says when that is not known. */
  readonly sentence: string;
  /** What the sentence rests on. */
  readonly certainty: Certainty | "unknown";
}

/** Who holds requests up. */
export interface InflightHolder {
  /** The same for one and the same holder. */
  readonly key: string;
  readonly text: string;
  /** What comes before `text`: `held by`, `not answered by`. */
  readonly verb: string;
  /** What is held: `the row lock on table inventory`; empty where that is not known. */
  readonly resource: string;
  readonly certainty: Certainty;
  readonly isInstrumented: boolean;
  /** The span that holds, where it is one that sends spans. */
  readonly traceId: string;
  readonly spanId: string;
  /** Where each fact was read. */
  readonly evidence: readonly string[];
  /** What could not be found out, and what would help. */
  readonly gaps: readonly string[];
  /** Text to copy; nothing is ever done for anybody. */
  readonly remedies: readonly { readonly purpose: string; readonly text: string }[];
}

/** Requests under their common holder. */
export interface InflightGroup {
  /** Null for requests of which nobody knows the holder, or which wait for none. */
  readonly holder: InflightHolder | null;
  /** Longest first. */
  readonly requests: readonly InflightRequest[];
  /** How many there are, also where the list is cut. */
  readonly requestCount: number;
  readonly zombieCount: number;
}

/** Requests that are open for no longer than is usual. */
export interface RunningRequests {
  readonly requestCount: number;
  /** The one that is open longest; null when there is none. */
  readonly slowest: RunningRequest | null;
}

/** A request that takes its usual time. */
export interface RunningRequest {
  readonly traceId: string;
  readonly top: OpenSpanName;
  /** The share of its kind that took less, 0 to 1. */
  readonly shorterShare: number;
}

/** Everything that hangs. */
export interface Inflight {
  /** Most requests first; those without a holder last. */
  readonly groups: readonly InflightGroup[];
  readonly requestCount: number;
  readonly zombieCount: number;
  /** What is open and does not hang; in none of the groups. */
  readonly running: RunningRequests;
  /** All of it in a sentence or two. */
  readonly sentence: string;
}

/** When and how much is told. */
export interface InflightOptions {
  /** By the clock of whoever answers. */
  readonly nowUnixNano: bigint;
  readonly instances: readonly ReportingInstance[];
  /** Requests listed in each group. */
  readonly requestLimit: number;
  /**
   * The share of finished spans of this kind that were shorter than the span is open; undefined
   * where too few are known. Without it nothing is usual, and everything open hangs.
   */
  readonly shorterShareOf?: (span: OpenSpan) => number | undefined;
}

/** Longer than so many of its kind, a request hangs. */
const USUAL_SHARE_MAX = 0.99;

/** What a request that is in order waits for. Anything else hangs at any age. */
const USUAL_WAITS: ReadonlySet<WaitKind> = new Set([
  "unknown",
  "db.running",
  "http.unanswered",
  "redis.blocked",
]);

/** What hangs, of these open spans. Cost: linear in their number but for the sorting. */
export function inflight(open: readonly OpenSpan[], options: InflightOptions): Inflight {
  const all = requestsOf(open, options);
  const requests = all.filter(({ usualShare }) => usualShare === undefined);
  const running = runningOf(all);
  const sorted = groupsOf(requests).map(({ holder, requests: of }) => ({
    holder,
    requests: of.toSorted((a, b) => b.top.ageMs - a.top.ageMs).slice(0, options.requestLimit),
    requestCount: of.length,
    zombieCount: of.filter(({ isZombie }) => isZombie).length,
  }));
  sorted.sort(
    (a, b) =>
      Number(a.holder === null) - Number(b.holder === null) || b.requestCount - a.requestCount,
  );
  return {
    groups: sorted,
    requestCount: requests.length,
    zombieCount: sorted.reduce((sum, { zombieCount }) => sum + zombieCount, 0),
    running,
    sentence: inflightSentence(sorted, running, options.instances),
  };
}

interface Group {
  readonly holder: InflightHolder | null;
  readonly requests: InflightRequest[];
}

function groupsOf(requests: readonly FoundRequest[]): Group[] {
  const groups = new Map<string, Group>();
  const add = (key: string, holder: InflightHolder | null, more: InflightRequest[]): void => {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { holder, requests: more });
    else group.requests.push(...more);
  };
  for (const { request, holder = null } of requests) add(holder?.key ?? "", holder, [request]);
  // A session of a server that nobody named is that of the only server that is known to have one.
  for (const [key, { requests: more }] of groups) {
    if (!key.endsWith(NO_SERVER)) continue;
    const bare = key.slice(0, -NO_SERVER.length);
    const named = [...groups.keys()].filter(
      (other) => other !== key && other.startsWith(`${bare} at `),
    );
    const [only] = named;
    if (only === undefined || named.length > 1) continue;
    groups.delete(key);
    add(only, null, more);
  }
  return [...groups.values()];
}

function runningOf(requests: readonly FoundRequest[]): RunningRequests {
  const running = requests.flatMap(({ request: { traceId, top }, usualShare }) =>
    usualShare === undefined ? [] : [{ traceId, top, shorterShare: usualShare }],
  );
  const [slowest = null] = running.toSorted((a, b) => b.top.ageMs - a.top.ageMs);
  return { requestCount: running.length, slowest };
}

/** What an open span waits for; undefined when nobody said. */
export function openSpanWait({ wait }: Pick<OpenSpan, "wait">): WaitReport | undefined {
  return wait.length === 0 ? undefined : waitFromAttributes(fromKeyValues(wait));
}

/** The open span that the others of its trace wait for. */
export function deepestOpenSpan(open: readonly OpenSpan[]): OpenSpan | undefined {
  const parents = new Set(open.map(({ parentSpanId }) => parentSpanId));
  const leaves = open.filter(({ spanId }) => !parents.has(spanId));
  // In a circle of parents everybody is somebody's parent.
  return (leaves.length === 0 ? open : leaves).toSorted(
    (a, b) => Number(hasHolder(b)) - Number(hasHolder(a)) || b.ageMs - a.ageMs,
  )[0];
}

/** What is told of an open span in words: what it waits for, or that nobody knows. */
export function openSpanSentence(span: OpenSpan, nowUnixNano: bigint): string {
  if (span.state === "gone") {
    const ago = formatDuration(span.heardMsAgo * 1e6);
    return `${span.service} has not been heard for ${ago}; it may have ended with this span open`;
  }
  if (span.state === "ending") {
    return `${span.service} no longer lists it as open, and the finished span has not arrived`;
  }
  const wait = openSpanWait(span);
  if (wait !== undefined) return waitSentence(wait, { who: span.service, nowUnixNano });
  return `what ${span.service} waits for is not known: it says only that the span is open`;
}

function hasHolder(span: OpenSpan): boolean {
  return (openSpanWait(span)?.holders.length ?? 0) > 0;
}

interface FoundRequest {
  readonly request: InflightRequest;
  readonly holder: InflightHolder | undefined;
  /** Of a request that does not hang: what share of its kind took less. */
  readonly usualShare: number | undefined;
}

function requestsOf(open: readonly OpenSpan[], options: InflightOptions): FoundRequest[] {
  const ofTrace = Map.groupBy(open, ({ traceId }) => traceId);
  return Array.from(ofTrace.values(), (spans) => requestOf(spans, options));
}

function requestOf(
  spans: readonly OpenSpan[],
  { nowUnixNano, shorterShareOf }: InflightOptions,
): FoundRequest {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const oldest = spans.toSorted((a, b) => b.ageMs - a.ageMs);
  const top = oldest.find(({ parentSpanId }) => !ids.has(parentSpanId)) ?? oldest[0];
  const deepest = deepestOpenSpan(spans);
  // A trace is here because it has an open span.
  if (top === undefined || deepest === undefined) throw new RangeError("no open span");
  const wait = deepest.state === "open" ? openSpanWait(deepest) : undefined;
  const isZombie = abandonedBy(deepest, spans) !== undefined;
  const isUsualWait = wait === undefined || USUAL_WAITS.has(wait.kind);
  const mayBeUsual = !isZombie && deepest.state === "open" && isUsualWait;
  const share = mayBeUsual ? shorterShareOf?.(top) : undefined;
  return {
    usualShare: share === undefined || share > USUAL_SHARE_MAX ? undefined : share,
    request: {
      traceId: top.traceId,
      top: nameOf(top),
      deepest: nameOf(deepest),
      openSpanCount: spans.length,
      isZombie,
      isGone: deepest.state === "gone",
      sentence: openSpanSentence(deepest, nowUnixNano),
      certainty: wait === undefined || wait.kind === "unknown" ? "unknown" : wait.certainty,
    },
    holder: wait === undefined ? undefined : holderOf(wait),
  };
}

/**
 * The span above `deepest`, or itself, whose caller has given up: what is below a span that nobody
 * wants is not wanted either. Undefined while somebody waits.
 */
export function abandonedBy(deepest: OpenSpan, open: readonly OpenSpan[]): OpenSpan | undefined {
  const ofId = new Map(open.map((span) => [span.spanId, span]));
  const seen = new Set<OpenSpan>();
  let span: OpenSpan | undefined = deepest;
  while (span !== undefined && !seen.has(span)) {
    if (span.isCallerGone) return span;
    seen.add(span);
    span = ofId.get(span.parentSpanId);
  }
  return undefined;
}

function nameOf(span: OpenSpan): OpenSpanName {
  const attributes = fromKeyValues(span.attributes);
  return {
    spanId: span.spanId,
    service: span.service,
    title: spanTitle({ name: span.name, attributes }),
    name: span.name,
    kind: span.kind,
    ageMs: span.ageMs,
  };
}

function holderOf(wait: WaitReport): InflightHolder | undefined {
  const [holder] = wait.holders.toSorted((a, b) => rank(a) - rank(b));
  if (holder === undefined) return undefined;
  return {
    key: holderKey(holder),
    text: holderText(holder),
    verb: holderVerb(wait.kind, holder),
    resource: wait.resource === undefined ? "" : resourceText(wait.resource, WAIT_KINDS[wait.kind]),
    certainty: wait.certainty,
    isInstrumented: holder.instrumentation === "yes",
    traceId: holder.span?.traceId ?? "",
    spanId: holder.span?.spanId ?? "",
    evidence: wait.evidence.map(({ source, fact }) => `${source}: ${fact}`),
    gaps: wait.gaps,
    remedies: wait.remedies,
  };
}

function rank({ role }: WaitHolder): number {
  return role === "root" ? 0 : 1;
}

const NO_SERVER = " at ?";

/** A session first: every observer of a database sees the same, whatever else they can find out. */
function holderKey(holder: WaitHolder): string {
  const { session, process, span, preparedTransaction } = holder;
  if (preparedTransaction !== undefined) return `prepared ${preparedTransaction}`;
  if (session !== undefined) {
    // Numbers of sessions are small and repeat from one server to the next.
    const at = session.server === undefined ? NO_SERVER : ` at ${session.server}`;
    return `session ${session.system} ${session.id}${at}`;
  }
  if (span !== undefined) return `span ${span.traceId} ${span.spanId}`;
  if (process !== undefined) return `process ${process.pid} ${process.startedUnixNano ?? ""}`;
  return `named ${holderText(holder)}`;
}

function inflightSentence(
  groups: readonly InflightGroup[],
  { slowest }: RunningRequests,
  instances: readonly ReportingInstance[],
): string {
  const count = groups.reduce((sum, { requestCount }) => sum + requestCount, 0);
  if (count === 0) {
    const running = slowest === null ? "" : ` ${slowestSentence(slowest)}`;
    return `Nothing is hanging.${running} ${instancesSentence(instances)}`;
  }
  const zombies = groups.reduce((sum, { zombieCount }) => sum + zombieCount, 0);
  const [first] = groups;
  const sentences = [`${requestText(count)} ${count === 1 ? "is" : "are"} hanging.`];
  const holder = first?.holder;
  if (first !== undefined && holder !== undefined && holder !== null) {
    const who = whoWaits(count, first.requestCount);
    const what = holder.resource === "" ? "" : ` for ${holder.resource}`;
    const probably = holder.certainty === "seen" ? "" : "probably ";
    sentences.push(`${who}${what}, ${probably}${holder.verb} ${holder.text}.`);
  }
  if (zombies > 0) {
    const whom = zombies < count ? `${zombies} of them` : count === 1 ? "it" : "any of them";
    sentences.push(`Nobody waits any more for ${whom}.`);
  }
  return sentences.join(" ");
}

/** `Slowest running request: GET /report of reports, 1.2s (p61).` */
function slowestSentence({ top, shorterShare }: RunningRequest): string {
  const { title, service, ageMs } = top;
  const what = `${title === "" ? "(no name)" : title} of ${service}`;
  const percentile = Math.floor(shorterShare * 100);
  return `Slowest running request: ${what}, ${formatDuration(ageMs * 1e6)} (p${percentile}).`;
}

function whoWaits(count: number, waiting: number): string {
  if (count === 1) return "It waits";
  if (waiting === count) return count === 2 ? "Both wait" : "All wait";
  return waiting === 1 ? "One waits" : `${waiting} wait`;
}

/** Who would tell: an empty list of hanging requests means nothing without it. */
export function instancesSentence(instances: readonly ReportingInstance[]): string {
  const of = (state: ReportingInstance["state"]): number =>
    instances.filter((instance) => instance.state === state).length;
  const reporting = of("reporting");
  const parts = [
    reporting === 0
      ? "No instance reports open spans, so nobody would tell"
      : `${reporting} ${reporting === 1 ? "instance reports" : "instances report"} open spans`,
  ];
  if (of("silent") > 0) parts.push(`${of("silent")} silent`);
  if (of("gone") > 0) parts.push(`${of("gone")} gone`);
  if (of("spans_only") > 0) {
    parts.push(`${of("spans_only")} only ${of("spans_only") === 1 ? "sends" : "send"} spans`);
  }
  return `${parts.join(", ")}.`;
}

function requestText(count: number): string {
  return `${count} ${count === 1 ? "request" : "requests"}`;
}
