/*
 * One trace in a sentence or two: what it still waits for, what failed, then where the time went.
 * It says only what the spans and the reports of open ones say, and by which rule; it does not
 * guess at causes.
 */
import { formatDuration } from "../base/duration.ts";
import { errorText, serviceName } from "../semconv/read.ts";
import { spanTitle } from "../semconv/title.ts";
import { StatusCode } from "../span/status.ts";
import type { OpenSpan } from "../report/open-span.ts";
import { WAIT_EVENT_NAME } from "../semconv/keys.ts";
import { waitFromAttributes } from "../wait/wait-attributes.ts";
import type { Certainty, WaitReport } from "../wait/wait-report.ts";
import { waitSentence } from "../wait/wait-sentence.ts";
import { abandonedBy, deepestOpenSpan, openSpanSentence, openSpanWait } from "./inflight.ts";
import type { SlowMark } from "./slow.ts";
import { nodeDurationNano, type TraceTree, treeDurationNano, type TreeNode } from "./tree.ts";

/** What a reader should look at first, and the same in words. */
export interface Verdict {
  /** The deepest span with an error; of several the longest, of those the earliest. */
  readonly failure: TreeNode | undefined;
  /** The span that most of the time went to; undefined when no span stands out. */
  readonly slowest: SlowMark | undefined;
  /** Of a trace that still runs: the open span that the others wait for. */
  readonly waiting: OpenSpan | undefined;
  /** Sentences in plain text; may contain whatever span names contain. */
  readonly sentence: string;
  /** What each sentence rests on, in their order. */
  readonly grounds: readonly VerdictGround[];
}

/** Why a sentence was said. */
export interface VerdictGround {
  readonly rule: "open_span" | "caller_gone" | "kept_wait" | "deepest_failure" | "own_time";
  /** Read from the spans and their reports, or concluded by somebody who could be wrong. */
  readonly certainty: Certainty;
  readonly evidence: readonly string[];
}

/** What of a trace has not ended. */
export interface Running {
  readonly open: readonly OpenSpan[];
  /** By the clock of whoever answered. */
  readonly nowUnixNano: bigint;
}

/**
 * The verdict on a trace, given its marks as {@link slowMarks} returns them. The deepest failing
 * span comes first because those above it usually only pass the error on.
 *
 * `shorten` is applied to each title and message, which may be statements of any length.
 */
export function traceVerdict(
  tree: TraceTree,
  marks: readonly SlowMark[],
  shorten: (text: string) => string = (text) => text,
  running?: Running,
): Verdict {
  const failure = deepestFailure(tree);
  const open = running?.open ?? [];
  const waiting = deepestOpenSpan(open);
  // What has not ended has no share in the time yet.
  const slowest = waiting === undefined ? marks[0] : undefined;
  const said: Said[] = [
    ...(waiting === undefined || running === undefined ? [] : runningSaid(waiting, running)),
    ...(failure === undefined ? [] : [failureSaid(failure, shorten)]),
    ...(waiting === undefined ? keptWaitSaid(tree, shorten) : []),
    ...(waiting === undefined ? timeSaid(tree, { slowest, failure }, shorten) : []),
  ];
  return {
    failure,
    slowest,
    waiting,
    sentence: said.map(({ sentence }) => sentence).join(" "),
    grounds: said.map(({ ground }) => ground),
  };
}

interface Said {
  readonly sentence: string;
  readonly ground: VerdictGround;
}

function runningSaid(waiting: OpenSpan, { open, nowUnixNano }: Running): Said[] {
  const oldest = open.reduce((age, { ageMs }) => Math.max(age, ageMs), 0);
  const wait = openSpanWait(waiting);
  const said: Said[] = [
    {
      sentence: `Still running after ${formatDuration(oldest * 1e6)}: ${openSpanSentence(waiting, nowUnixNano)}.`,
      ground: {
        rule: "open_span",
        certainty: wait?.certainty ?? "seen",
        evidence: [
          `${waiting.source}: ${waiting.service} ${waiting.instance}`.trim(),
          ...(wait?.evidence ?? []).map(({ source, fact }) => `${source}: ${fact}`),
        ],
      },
    },
  ];
  const abandoned = abandonedBy(waiting, open);
  if (abandoned !== undefined) {
    said.push({
      sentence: "Nobody waits for it any more: its caller has given up.",
      ground: {
        rule: "caller_gone",
        certainty: "seen",
        evidence: [`the caller of ${abandoned.name} in ${abandoned.service} has ended`],
      },
    });
  }
  return said;
}

function deepestFailure(tree: TraceTree): TreeNode | undefined {
  let worst: TreeNode | undefined;
  for (const node of tree.nodes) {
    if (node.span.status.code !== StatusCode.error) continue;
    if (worst === undefined || isWorse(node, worst)) worst = node;
  }
  return worst;
}

function isWorse(node: TreeNode, other: TreeNode): boolean {
  if (node.depth !== other.depth) return node.depth > other.depth;
  const longer = nodeDurationNano(node) - nodeDurationNano(other);
  return longer === 0 ? node.startNano < other.startNano : longer > 0;
}

/** What the longest span that kept its wait was waiting for, told as it was at its end. */
function keptWaitSaid(tree: TraceTree, shorten: Shorten): Said[] {
  let longest: { readonly node: TreeNode; readonly wait: WaitReport } | undefined;
  for (const node of tree.nodes) {
    const wait = keptWait(node.span);
    if (wait === undefined || wait.kind === "unknown") continue;
    if (longest === undefined || nodeDurationNano(node) > nodeDurationNano(longest.node)) {
      longest = { node, wait };
    }
  }
  if (longest === undefined) return [];
  const { node, wait } = longest;
  const { span } = node;
  const telling = { who: serviceName(span.resource), nowUnixNano: span.endTimeUnixNano };
  const sentence = `Seen while ${named(node, shorten)} ran: ${waitSentence(wait, telling)}.`;
  const evidence = wait.evidence.map(({ source, fact }) => `${source}: ${fact}`);
  return [{ sentence, ground: { rule: "kept_wait", certainty: wait.certainty, evidence } }];
}

/** The last wait that a span kept of itself; undefined when it kept none. */
function keptWait({ events }: TreeNode["span"]): WaitReport | undefined {
  const event = events.findLast(({ name }) => name === WAIT_EVENT_NAME);
  return event === undefined ? undefined : waitFromAttributes(event.attributes);
}

type Shorten = (text: string) => string;

function failureSaid(failure: TreeNode, shorten: Shorten): Said {
  const text = shorten(errorText(failure.span).replaceAll(/\s+/g, " ").trim());
  const where = `Failed in ${named(failure, shorten)}`;
  const sentence = text === "" ? `${where}.` : `${where}: ${text}${/[.!?]$/.test(text) ? "" : "."}`;
  const evidence = [`status of span ${failure.span.spanId}`];
  return { sentence, ground: { rule: "deepest_failure", certainty: "seen", evidence } };
}

function timeSaid(
  tree: TraceTree,
  { slowest, failure }: Pick<Verdict, "slowest" | "failure">,
  shorten: Shorten,
): Said[] {
  const total = treeDurationNano(tree);
  if (tree.nodes.length < 2 || total === 0) return [];
  const whole = formatDuration(total);
  if (slowest === undefined)
    return ownTimeSaid(`No span took a fifth of the ${whole} on its own.`, []);
  const own = formatDuration(slowest.ownNano);
  const evidence = [`own time on the critical path of span ${slowest.node.span.spanId}`];
  return slowest.node === failure
    ? ownTimeSaid(`${own} of ${whole} went there.`, evidence)
    : ownTimeSaid(`${own} of ${whole} went to ${named(slowest.node, shorten)}.`, evidence);
}

function ownTimeSaid(sentence: string, evidence: readonly string[]): Said[] {
  return [{ sentence, ground: { rule: "own_time", certainty: "seen", evidence } }];
}

function named({ span }: TreeNode, shorten: Shorten): string {
  return `${shorten(spanTitle(span))} in ${serviceName(span.resource)}`;
}
