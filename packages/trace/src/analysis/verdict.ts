/*
 * One trace in a sentence or two: what it still waits for, what failed, then where the time went.
 * It says only what the spans and the reports of open ones say, and by which rule; it does not
 * guess at causes.
 */
import { formatDuration } from "../base/duration.ts";
import { errorText, serviceName } from "../semconv/read.ts";
import { spanTitle } from "../semconv/title.ts";
import { skeletonShape } from "../skeleton/trace-skeleton.ts";
import { type Span, spanDurationNano } from "../span/span.ts";
import type { OpenSpan } from "../report/open-span.ts";
import type { Certainty } from "../wait/wait-report.ts";
import { waitSentence } from "../wait/wait-sentence.ts";
import { abandonedBy, deepestOpenSpan, openSpanSentence, openSpanWait } from "./inflight.ts";
import { longestRootNano, type SlowMark, type SlowRow } from "./slow.ts";
import { endOf, isErrorRow, rowsOfTree, startOf, type TraceRows } from "./trace-rows.ts";
import type { TraceTree, TreeNode } from "./tree.ts";
import { type KeptWait, keptWait } from "./wait-lines.ts";

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

/** What is said about a row. Plain text that may contain whatever span names contain. */
export interface RowWords {
  readonly spanId: string;
  readonly title: string;
  readonly service: string;
  /** Empty for a row without an error, and where nobody said what it was. */
  readonly errorText: string;
}

/** A {@link Verdict} on rows. */
export interface RowVerdict extends Omit<Verdict, "failure" | "slowest"> {
  readonly failure: number | undefined;
  readonly slowest: SlowRow | undefined;
}

/** How a verdict is worded, and what of the trace still runs. */
export interface VerdictOptions {
  /** Applied to each title and message, which may be statements of any length. */
  readonly shorten?: (text: string) => string;
  readonly running?: Running | undefined;
  /** Those whose events are known, and may say what they were seen waiting for. */
  readonly spans?: Iterable<Span>;
  /** What {@link rowFacts} gives, for who asks again and again. */
  readonly facts?: RowFacts;
}

/** What a verdict rests on that is the same however much is known of what spans say. */
export interface RowFacts {
  /** The deepest row with an error. */
  readonly failure: number | undefined;
  /** What 100 % of the trace is. */
  readonly wholeNano: number;
}

/** `depth` is what {@link skeletonShape} gives, for who has it already. Cost: O(n). */
export function rowFacts(
  rows: TraceRows,
  depth: Uint32Array = skeletonShape(rows).depth,
): RowFacts {
  return { failure: deepestFailure(rows, depth), wholeNano: longestRootNano(rows) };
}

/**
 * The verdict on a trace, given its marks as {@link slowMarks} returns them. The deepest failing
 * span comes first because those above it usually only pass the error on. `rows` are those of the
 * tree, for who has them already.
 */
export function traceVerdict(
  tree: TraceTree,
  marks: readonly SlowMark[],
  options: Omit<VerdictOptions, "spans"> = {},
  rows: TraceRows = rowsOfTree(tree),
): Verdict {
  const rowOf = new Map(tree.nodes.map((node, row) => [node, row]));
  const rowMarks = marks.map(({ node, ownNano }) => ({ row: rowOf.get(node) ?? -1, ownNano }));
  const wordsOf = (row: number): RowWords => wordsOfNode(tree.nodes[row]);
  const spans = tree.nodes.map(({ span }) => span);
  const verdict = verdictOfRows(rows, rowMarks, wordsOf, { ...options, spans });
  return {
    ...verdict,
    failure: verdict.failure === undefined ? undefined : tree.nodes[verdict.failure],
    slowest: verdict.slowest === undefined ? undefined : marks[0],
  };
}

function wordsOfNode(node: TreeNode | undefined): RowWords {
  if (node === undefined) return { spanId: "", title: "", service: "", errorText: "" };
  const { span } = node;
  return {
    spanId: span.spanId,
    title: spanTitle(span),
    service: serviceName(span.resource),
    errorText: errorText(span),
  };
}

/**
 * The same over rows, for a trace of any size; `wordsOf` is asked for two rows at most. `marks` are
 * what {@link slowRows} gives. Cost: that of {@link rowFacts}, unless they are given.
 */
export function verdictOfRows(
  rows: TraceRows,
  marks: readonly SlowRow[],
  wordsOf: (row: number) => RowWords,
  options: VerdictOptions = {},
): RowVerdict {
  const { shorten = (text) => text, running, spans = [], facts = rowFacts(rows) } = options;
  const { failure } = facts;
  const open = running?.open ?? [];
  const waiting = deepestOpenSpan(open);
  // What has not ended has no share in the time yet.
  const slowest = waiting === undefined ? marks[0] : undefined;
  const words = (row: number): RowWords => {
    const { title, errorText: error, ...others } = wordsOf(row);
    const errorLine = shorten(error.replaceAll(/\s+/g, " ").trim());
    return { ...others, title: shorten(title), errorText: errorLine };
  };
  const said: Said[] = [
    ...(waiting === undefined || running === undefined ? [] : runningSaid(waiting, running)),
    ...(failure === undefined ? [] : [failureSaid(words(failure))]),
    ...(waiting === undefined ? keptWaitSaid(spans, shorten) : []),
    ...(waiting === undefined && rows.rowCount > 1 ? timeSaid(facts, slowest, words) : []),
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

function deepestFailure(rows: TraceRows, depth: Uint32Array): number | undefined {
  const isWorse = (row: number, other: number): boolean => {
    const deeper = (depth[row] ?? 0) - (depth[other] ?? 0);
    if (deeper !== 0) return deeper > 0;
    const longer = durationOf(rows, row) - durationOf(rows, other);
    return longer === 0 ? startOf(rows, row) < startOf(rows, other) : longer > 0;
  };
  let worst: number | undefined;
  for (let row = 0; row < rows.rowCount; row += 1) {
    if (!isErrorRow(rows, row)) continue;
    if (worst === undefined || isWorse(row, worst)) worst = row;
  }
  return worst;
}

function durationOf(rows: TraceRows, row: number): number {
  return endOf(rows, row) - startOf(rows, row);
}

interface Waited extends KeptWait {
  readonly span: Span;
}

/** What the span that the others waited for was waiting for itself, told as it was then. */
function keptWaitSaid(spans: Iterable<Span>, shorten: (text: string) => string): Said[] {
  const all = [...spans];
  const waited = all.flatMap((span): Waited[] => {
    const kept = keptWait(span);
    return kept === undefined ? [] : [{ span, ...kept }];
  });
  const [found] = unexplained(waited, all).toSorted(
    (a, b) => spanDurationNano(b.span) - spanDurationNano(a.span),
  );
  if (found === undefined) return [];
  const { span, wait, untilUnixNano } = found;
  const service = serviceName(span.resource);
  const telling = { who: service, nowUnixNano: untilUnixNano, isOver: true };
  const where = named({ title: shorten(spanTitle(span)), service });
  const sentence = `Seen while ${where} ran: ${waitSentence(wait, telling)}.`;
  const evidence = wait.evidence.map(({ source, fact }) => `${source}: ${fact}`);
  return [{ sentence, ground: { rule: "kept_wait", certainty: wait.certainty, evidence } }];
}

/**
 * Those of `waited` below which nobody waited for at least half as long: a caller waits for its
 * callee, and what the callee waits for is the reason of both.
 */
function unexplained(waited: readonly Waited[], spans: readonly Span[]): readonly Waited[] {
  if (waited.length < 2) return waited;
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const explained = new Set<Span>();
  for (const { span } of waited) {
    const passed = new Set<Span>([span]);
    let above = byId.get(span.parentSpanId);
    // Ids that repeat can make a circle.
    while (above !== undefined && !passed.has(above)) {
      if (spanDurationNano(span) * 2 >= spanDurationNano(above)) explained.add(above);
      passed.add(above);
      above = byId.get(above.parentSpanId);
    }
  }
  const left = waited.filter(({ span }) => !explained.has(span));
  return left.length > 0 ? left : waited;
}

function failureSaid(words: RowWords): Said {
  const { spanId, errorText: text } = words;
  const where = `Failed in ${named(words)}`;
  const sentence = text === "" ? `${where}.` : `${where}: ${text}${/[.!?]$/.test(text) ? "" : "."}`;
  const evidence = [`status of span ${spanId}`];
  return { sentence, ground: { rule: "deepest_failure", certainty: "seen", evidence } };
}

function timeSaid(
  { failure, wholeNano: total }: RowFacts,
  slowest: SlowRow | undefined,
  wordsOf: (row: number) => RowWords,
): Said[] {
  if (total === 0) return [];
  const whole = formatDuration(total);
  if (slowest === undefined)
    return ownTimeSaid(`No span took a fifth of the ${whole} on its own.`, []);
  const own = formatDuration(slowest.ownNano);
  const words = wordsOf(slowest.row);
  const evidence = [`own time on the critical path of span ${words.spanId}`];
  return slowest.row === failure
    ? ownTimeSaid(`${own} of ${whole} went there.`, evidence)
    : ownTimeSaid(`${own} of ${whole} went to ${named(words)}.`, evidence);
}

function ownTimeSaid(sentence: string, evidence: readonly string[]): Said[] {
  return [{ sentence, ground: { rule: "own_time", certainty: "seen", evidence } }];
}

function named({ title, service }: Pick<RowWords, "title" | "service">): string {
  return `${title} in ${service}`;
}
