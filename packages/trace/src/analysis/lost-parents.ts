/*
 * Why the parent of a span may never have arrived.
 *
 * A span names its parent by an id and nothing else, so first it is concluded whose span that was:
 * the sender's own, where its flags or its kind say that the parent is no remote one; else that of
 * the service which usually stands above such spans in other traces. Then the first of these rules
 * that has evidence is told:
 *
 *  1. `stored`          it is here after all, and was left out or came later
 *  2. `open`            its process says that it has not ended
 *  3. `never_ended`     its process found that nobody will end it
 *  4. `process_gone`    its process fell silent
 *  5. `sampled_out`     the caller keeps fewer traces than the callee, by their trace states
 *  6. `may_be_open`     the child has only just ended, and a span is sent when it ends
 *  7. `lost`            its process, or the server, counted spans of it that were lost
 *  8. `partly_missing`  above some such spans the caller is there, above others it is not
 *  9. `caller_silent`   above no such span is anybody: the caller sends its spans elsewhere
 * 10. `not_sent`        of the same process the child came and the parent did not
 * 11. `unknown`         the caller is known, and nothing is known against it
 *
 * Only the first four are more than likely, and only the first three are said without "probably".
 */
import { formatDuration } from "../base/duration.ts";
import type { OpenSpan, ReportingInstance } from "../report/open-span.ts";
import type { SenderName } from "../report/sender-name.ts";
import { keys } from "../semconv/keys.ts";
import { serviceName } from "../semconv/read.ts";
import { SpanKind, spanKindName } from "../span/kind.ts";
import type { Span } from "../span/span.ts";
import type { Certainty } from "../wait/wait-report.ts";
import { keptShare, shareText } from "./sampling-differences.ts";
import type { TraceTree } from "./tree.ts";

/** Which rule found the reason. */
export type LostParentRule =
  | "stored"
  | "open"
  | "never_ended"
  | "process_gone"
  | "sampled_out"
  | "may_be_open"
  | "lost"
  | "partly_missing"
  | "caller_silent"
  | "not_sent"
  | "unknown";

/** The likely reason why one parent never arrived. */
export interface LostParentReason {
  readonly parentSpanId: string;
  /** Its children that were asked about, earliest first. */
  readonly spanIds: readonly string[];
  readonly rule: LostParentRule;
  readonly certainty: Certainty;
  /** Plain text without a full stop, behind "it never arrived: ". May contain any name. */
  readonly sentence: string;
  /** What it rests on; each says where it was read. */
  readonly evidence: readonly string[];
}

/** Spans of one sender that were counted as lost. */
export interface SpansLost extends SenderName {
  /** Who counted: the sender before it sent them, or the server that got them. */
  readonly by: "sender" | "server";
  readonly count: number;
  /** What the reason means, for a person. */
  readonly meaning: string;
}

/** A span that its process found to be wrong. */
export interface SpanFinding extends SenderName {
  readonly code: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly sentence: string;
}

/** What is known besides the orphans. */
export interface LostParentFacts {
  /** Ids of parents that are in the store. */
  readonly storedSpanIds: ReadonlySet<string>;
  /** Of the same trace. */
  readonly open: readonly OpenSpan[];
  readonly instances: readonly ReportingInstance[];
  readonly findings: readonly SpanFinding[];
  readonly losses: readonly SpansLost[];
  /** Other traces that have such spans as well. */
  readonly others: readonly TraceTree[];
  /** By the clock of whoever answers. */
  readonly nowUnixNano: bigint;
}

/** A parent that ends so much later than its child is not told as open any more. */
const MAY_BE_OPEN_NANO = 30_000_000_000n;
/** Fewer with or without a parent may be chance. */
const SIGHTINGS_MIN = 3;
/** Bits of `Span.flags`: whether the parent's being remote is known, and whether it is. */
const REMOTE_KNOWN = 0x100;
const REMOTE = 0x200;

/**
 * The reasons for the parents of `orphans`, each parent once, in the order of their first child.
 * Cost: O(spans of the other traces) for each different operation.
 */
export function lostParentReasons(
  orphans: readonly Span[],
  facts: LostParentFacts,
): LostParentReason[] {
  const ofParent = Map.groupBy(orphans, ({ parentSpanId }) => parentSpanId);
  const sightings = new Map<string, Sightings>();
  return Array.from(ofParent, ([parentSpanId, children]) => {
    const [first] = children;
    // A group has at least the span that made it.
    if (first === undefined) throw new RangeError("no child");
    const key = JSON.stringify([serviceName(first.resource), first.name, first.kind]);
    const seen = sightings.get(key) ?? sightingsOf(first, facts.others);
    sightings.set(key, seen);
    const lost: Lost = { child: first, isRemote: isParentRemote(first), seen, facts };
    const spanIds = children.map(({ spanId }) => spanId);
    return { parentSpanId, spanIds, ...reasonOf(lost) };
  });
}

/** How many such spans other traces have, and who stands above them. */
interface Sightings {
  readonly count: number;
  readonly orphanCount: number;
  /** The service that most often does; undefined when nobody ever does. */
  readonly caller: string | undefined;
  /** How often that one does. */
  readonly callerCount: number;
  /** The share of traces that it keeps; undefined when it does not say. */
  readonly callerShare: number | undefined;
}

interface Lost {
  readonly child: Span;
  readonly isRemote: boolean;
  readonly seen: Sightings;
  readonly facts: LostParentFacts;
}

type Reason = Omit<LostParentReason, "parentSpanId" | "spanIds">;

const RULES: readonly ((lost: Lost) => Reason | undefined)[] = [
  stored,
  openNow,
  neverEnded,
  processGone,
  sampledOut,
  mayBeOpen,
  counted,
  partlyMissing,
  callerSilent,
  notSent,
];

function reasonOf(lost: Lost): Reason {
  for (const rule of RULES) {
    const reason = rule(lost);
    if (reason !== undefined) return reason;
  }
  const caller = lost.seen.caller ?? "its caller";
  return {
    rule: "unknown",
    certainty: "probable",
    sentence: `why is not known: ${caller} usually calls ${serviceOf(lost)}, and reports no loss`,
    evidence: callerEvidence(lost),
  };
}

function stored({ child, facts }: Lost): Reason | undefined {
  if (!facts.storedSpanIds.has(child.parentSpanId)) return undefined;
  return {
    rule: "stored",
    certainty: "seen",
    sentence: "it is stored: it came after this was read, or lies beyond what is read at once",
    evidence: [`store: span ${child.parentSpanId} is there`],
  };
}

function openNow({ child, facts }: Lost): Reason | undefined {
  const open = facts.open.find(({ spanId }) => spanId === child.parentSpanId);
  if (open === undefined) return undefined;
  const age = formatDuration(open.ageMs * 1e6);
  return {
    rule: "open",
    certainty: "seen",
    sentence: `it has not ended: ${open.name} of ${open.service} is open for ${age}`,
    evidence: [`${open.source}: ${nameOf(open)}`],
  };
}

function neverEnded(lost: Lost): Reason | undefined {
  const { child, facts } = lost;
  const finding = facts.findings.find(
    ({ code, traceId, spanId }) =>
      code === "span_never_ended" && traceId === child.traceId && spanId === child.parentSpanId,
  );
  if (finding === undefined) return undefined;
  return {
    rule: "never_ended",
    certainty: "seen",
    sentence: `nobody ended it: ${finding.service} says so`,
    evidence: [`${finding.code}: ${nameOf(finding)}: ${finding.sentence}`],
  };
}

/** Of several instances of a caller nobody knows which one it was, so all of them must be gone. */
function processGone(lost: Lost): Reason | undefined {
  const makers = lost.facts.instances.filter((instance) => isMaker(lost, instance));
  const last = makers.toSorted((a, b) => a.heardMsAgo - b.heardMsAgo)[0];
  if (last === undefined || makers.some(({ state }) => state !== "gone")) return undefined;
  const ago = formatDuration(last.heardMsAgo * 1e6);
  return {
    rule: "process_gone",
    certainty: "probable",
    sentence: `probably its process ended with it open: ${last.service} was last heard ${ago} ago`,
    evidence: makers.map((maker) => `reports: ${nameOf(maker)} is gone`),
  };
}

function sampledOut(lost: Lost): Reason | undefined {
  const { child, isRemote, seen } = lost;
  const { caller, callerShare } = seen;
  if (!isRemote || caller === undefined || callerShare === undefined) return undefined;
  const ownShare = keptShare(child.traceState);
  if (callerShare >= (ownShare ?? 1)) return undefined;
  const service = serviceOf(lost);
  const own =
    ownShare === undefined ? "does not say what it keeps" : `keeps ${shareText(ownShare)}`;
  return {
    rule: "sampled_out",
    certainty: "probable",
    sentence:
      `probably sampled out: ${caller} keeps ${shareText(callerShare)} of traces, ` +
      `and ${service} decided for itself`,
    evidence: [
      `trace state: ${caller} keeps ${shareText(callerShare)}, ${service} ${own}`,
      ...callerEvidence(lost),
    ],
  };
}

function mayBeOpen({ child, facts }: Lost): Reason | undefined {
  const sinceNano = facts.nowUnixNano - child.endTimeUnixNano;
  if (child.endTimeUnixNano === 0n || sinceNano < 0n || sinceNano > MAY_BE_OPEN_NANO) {
    return undefined;
  }
  return {
    rule: "may_be_open",
    certainty: "probable",
    sentence:
      `probably it is still open, or on its way: its child ended ${formatDuration(sinceNano)} ` +
      "ago, and a span is sent when it ends",
    evidence: [`clock: span ${child.spanId} ended ${formatDuration(sinceNano)} ago`],
  };
}

function counted(lost: Lost): Reason | undefined {
  const losses = lost.facts.losses
    .filter((loss) => loss.count > 0 && isMaker(lost, loss))
    .toSorted((a, b) => b.count - a.count);
  const [most] = losses;
  if (most === undefined) return undefined;
  const many = most.count.toLocaleString("en");
  const sentence =
    most.by === "sender"
      ? `probably lost by ${most.service} before it was sent, with ${many} in all`
      : `probably lost here, with ${many} of ${most.service} in all`;
  return {
    rule: "lost",
    certainty: "probable",
    sentence: `${sentence}: ${most.meaning}`,
    evidence: losses.map(
      (loss) =>
        `${loss.by === "sender" ? "spoor.loss" : "loss account"}: ${nameOf(loss)}: ` +
        `${loss.count.toLocaleString("en")}: ${loss.meaning}`,
    ),
  };
}

function partlyMissing(lost: Lost): Reason | undefined {
  const { seen, isRemote } = lost;
  const { caller, callerCount, orphanCount } = seen;
  const isEnough = callerCount >= SIGHTINGS_MIN && orphanCount >= SIGHTINGS_MIN;
  if (!isRemote || caller === undefined || !isEnough) return undefined;
  return {
    rule: "partly_missing",
    certainty: "probable",
    sentence:
      `probably ${caller} decides for itself which traces it keeps, or loses spans: above ` +
      `${orphanCount} of ${seen.count} such calls it is missing`,
    evidence: callerEvidence(lost),
  };
}

function callerSilent(lost: Lost): Reason | undefined {
  const { child, isRemote, seen } = lost;
  if (!isRemote || seen.caller !== undefined) return undefined;
  const { count } = seen;
  const all =
    count === 0
      ? "no other span of this kind is here to compare with"
      : count === 1
        ? "nobody stands above the only other such span either"
        : `nobody stands above any of ${count} others either`;
  return {
    rule: "caller_silent",
    certainty: "probable",
    sentence: `probably its process sends its spans elsewhere, or none: ${all}`,
    evidence: [
      `traces: ${count} other spans ${child.name} of ${serviceOf(lost)}, ${seen.orphanCount} of them orphans`,
      ...clientEvidence(child),
    ],
  };
}

function notSent(lost: Lost): Reason | undefined {
  if (lost.isRemote) return undefined;
  const { child } = lost;
  const isKnown = (child.flags & REMOTE_KNOWN) !== 0;
  const how = isKnown ? "its flags" : `its kind ${spanKindName(child.kind)}`;
  return {
    rule: "not_sent",
    certainty: "probable",
    sentence:
      `probably ${serviceOf(lost)} never ended it, or stopped before it was sent: both are of ` +
      "one process, and it reports no loss",
    evidence: [`span ${child.spanId}: by ${how} the parent is of the same process`],
  };
}

/** Whether the sender may be the one that made the parent. */
function isMaker({ child, isRemote, seen }: Lost, sender: SenderName): boolean {
  if (isRemote) return seen.caller !== undefined && sender.service === seen.caller;
  if (sender.service !== serviceName(child.resource)) return false;
  const instance = child.resource.attributes.get(keys.serviceInstanceId);
  return typeof instance !== "string" || sender.instance === "" || sender.instance === instance;
}

/** By the flags where the sender sets them, else by the kind: a request comes from outside. */
function isParentRemote({ flags, kind }: Span): boolean {
  if ((flags & REMOTE_KNOWN) !== 0) return (flags & REMOTE) !== 0;
  return kind === SpanKind.server || kind === SpanKind.consumer;
}

function sightingsOf(child: Span, others: readonly TraceTree[]): Sightings {
  const service = serviceName(child.resource);
  const callers = new Map<string, { count: number; share: number | undefined }>();
  let [count, orphanCount] = [0, 0];
  for (const { nodes } of others) {
    for (const { span, parent, place } of nodes) {
      const isSuch = span.name === child.name && span.kind === child.kind;
      if (!isSuch || serviceName(span.resource) !== service) continue;
      count += 1;
      if (place === "orphan") orphanCount += 1;
      if (parent === undefined) continue;
      const caller = serviceName(parent.span.resource);
      const known = callers.get(caller);
      const share = known?.share ?? keptShare(parent.span.traceState);
      callers.set(caller, { count: (known?.count ?? 0) + 1, share });
    }
  }
  const [most] = [...callers].toSorted(([, a], [, b]) => b.count - a.count);
  return {
    count,
    orphanCount,
    caller: most?.[0],
    callerCount: most?.[1].count ?? 0,
    callerShare: most?.[1].share,
  };
}

function callerEvidence({ child, seen }: Lost): string[] {
  if (seen.caller === undefined) return [];
  const nobody = seen.orphanCount === 0 ? "" : `, and above ${seen.orphanCount} nobody`;
  return [
    `traces: ${seen.caller} stands above ${seen.callerCount} of ${seen.count} other spans ` +
      `${child.name}${nobody}`,
  ];
}

/** Who called, as the callee saw it. */
function clientEvidence({ attributes, spanId }: Span): string[] {
  return [keys.clientAddress, keys.userAgentOriginal].flatMap((key) => {
    const value = attributes.get(key);
    return typeof value === "string" && value !== "" ? [`span ${spanId}: ${key} = ${value}`] : [];
  });
}

function serviceOf({ child }: Lost): string {
  return serviceName(child.resource);
}

function nameOf({ service, instance }: SenderName): string {
  return `${service} ${instance}`.trim();
}
