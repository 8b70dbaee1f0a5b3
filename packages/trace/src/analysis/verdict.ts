/*
 * One trace in a sentence or two: what failed, then where the time went. It says only what the
 * spans say; it does not guess at causes.
 */
import { formatDuration } from "../base/duration.ts";
import { errorText, serviceName } from "../semconv/read.ts";
import { spanTitle } from "../semconv/title.ts";
import { StatusCode } from "../span/status.ts";
import type { SlowMark } from "./slow.ts";
import { nodeDurationNano, type TraceTree, treeDurationNano, type TreeNode } from "./tree.ts";

/** What a reader should look at first, and the same in words. */
export interface Verdict {
  /** The deepest span with an error; of several the longest, of those the earliest. */
  readonly failure: TreeNode | undefined;
  /** The span that most of the time went to; undefined when no span stands out. */
  readonly slowest: SlowMark | undefined;
  /** Sentences in plain text; may contain whatever span names contain. */
  readonly sentence: string;
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
): Verdict {
  const failure = deepestFailure(tree);
  const [slowest] = marks;
  const sentences = [
    failureSentence(failure, shorten),
    timeSentence(tree, { slowest, failure }, shorten),
  ];
  return { failure, slowest, sentence: sentences.filter((text) => text !== "").join(" ") };
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

type Shorten = (text: string) => string;

function failureSentence(failure: TreeNode | undefined, shorten: Shorten): string {
  if (failure === undefined) return "";
  const text = shorten(errorText(failure.span).replaceAll(/\s+/g, " ").trim());
  const where = `Failed in ${named(failure, shorten)}`;
  if (text === "") return `${where}.`;
  return /[.!?]$/.test(text) ? `${where}: ${text}` : `${where}: ${text}.`;
}

function timeSentence(
  tree: TraceTree,
  { slowest, failure }: Pick<Verdict, "slowest" | "failure">,
  shorten: Shorten,
): string {
  const total = treeDurationNano(tree);
  if (tree.nodes.length < 2 || total === 0) return "";
  const whole = formatDuration(total);
  if (slowest === undefined) return `No span took a fifth of the ${whole} on its own.`;
  const own = formatDuration(slowest.ownNano);
  if (slowest.node === failure) return `${own} of ${whole} went there.`;
  return `${own} of ${whole} went to ${named(slowest.node, shorten)}.`;
}

function named({ span }: TreeNode, shorten: Shorten): string {
  return `${shorten(spanTitle(span))} in ${serviceName(span.resource)}`;
}
