/*
 * What hangs as text: the verdict, each holder with the requests that wait for it, and who would
 * tell.
 */
import {
  formatDuration,
  type InflightAnswer,
  type InflightGroup,
  type InflightRequest,
  type OpenSpanName,
  type ReportingInstance,
  serviceHue,
} from "@spoor/trace";
import { NOW_INSTANCES_MAX, NOW_REQUESTS_MAX } from "../base/limits.ts";
import { printable, type TreeView } from "./tree-view.ts";
import type { KnownDurations, Operation } from "./usual.ts";

/** How it is drawn. */
export interface InflightView extends Pick<TreeView, "isAscii" | "glyphs" | "palette"> {
  readonly usual: KnownDurations;
}

/** What is drawn of open spans, and usually takes some time. */
export function shownOperations({ groups }: InflightAnswer): Operation[] {
  return groups
    .flatMap(({ requests }) => requests.slice(0, NOW_REQUESTS_MAX))
    .flatMap(({ top, deepest }) => [top, deepest]);
}

/** Draws the answer. Pure; ends with a line break. */
export function drawInflight(answer: InflightAnswer, view: InflightView): string {
  const blocks = [
    [view.palette.strong(printable(answer.sentence, view))],
    ...answer.groups.map((group) => groupLines(group, view)),
    instanceLines(answer.instances, view),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function groupLines(group: InflightGroup, view: InflightView): string[] {
  const { glyphs, palette } = view;
  const shown = group.requests.slice(0, NOW_REQUESTS_MAX);
  const hiddenCount = group.requestCount - shown.length;
  const tail = [
    ...(hiddenCount === 0
      ? []
      : [`${glyphs.ellipsis} ${hiddenCount} more (-o json lists them, or their number)`]),
    ...aboutHolder(group).map((line) => printable(line, view)),
  ];
  return [
    headLine(group, view),
    ...shown.flatMap((request, index) =>
      requestLines(request, {
        isLast: index === shown.length - 1,
        hasHolder: group.holder !== null,
        view,
      }),
    ),
    ...tail.map((line) => palette.quiet(`    ${line}`)),
  ];
}

function headLine({ holder }: InflightGroup, view: InflightView): string {
  const { palette } = view;
  if (holder === null) return palette.strong("NO HOLDER KNOWN");
  const probably = holder.certainty === "seen" ? "" : " (probably)";
  const resource = holder.resource === "" ? "" : `  ${printable(holder.resource, view)}`;
  return `${palette.strong(`${holder.verb.toUpperCase()} ${printable(holder.text, view)}`)}${probably}${resource}`;
}

function aboutHolder({ holder }: InflightGroup): string[] {
  if (holder === null) return [];
  return [
    ...(holder.traceId === "" ? [] : [`holder: spoor show ${holder.traceId}`]),
    ...holder.evidence.map((fact) => `seen in ${fact}`),
    ...holder.gaps.map((gap) => `not known: ${gap}`),
    ...holder.remedies.map(({ purpose, text }) => `${text}  (${purpose})`),
  ];
}

interface RequestPlace {
  readonly isLast: boolean;
  readonly hasHolder: boolean;
  readonly view: InflightView;
}

function requestLines(
  request: InflightRequest,
  { isLast, hasHolder, view }: RequestPlace,
): string[] {
  const { glyphs, palette } = view;
  const branch = palette.quiet(isLast ? glyphs.lastBranch : glyphs.branch);
  const rail = palette.quiet(isLast ? glyphs.noRail : glyphs.rail);
  const marks = [
    ...(request.isZombie ? [palette.error(`${glyphs.error} nobody waits for it any more`)] : []),
    ...(request.isGone ? [palette.error(`${glyphs.error} its process is gone`)] : []),
  ];
  const head = [`${branch}${spanText(request.top, view)}`, ...marks, `trace ${request.traceId}`];
  const isOne = request.top.spanId === request.deepest.spanId;
  return [
    head.join("  "),
    ...(isOne
      ? []
      : [`${rail}${palette.quiet(glyphs.lastBranch)}${spanText(request.deepest, view)}`]),
    ...(hasHolder
      ? []
      : [`${rail}${palette.quiet(glyphs.detail)}${printable(request.sentence, view)}`]),
  ];
}

function spanText(span: OpenSpanName, view: InflightView): string {
  const { service, title, ageMs } = span;
  const { palette, glyphs, usual } = view;
  const { sentence } = usual.of(span);
  const remark = sentence === "" ? "" : `, ${printable(sentence, view)}`;
  const name = palette.service(serviceHue(service), printable(service, view));
  const age = formatDuration(ageMs * 1e6);
  return `${name} ${printable(title, view) || "(no name)"} (${glyphs.open} OPEN ${age}${remark})`;
}

const STATES: Readonly<Record<ReportingInstance["state"], string>> = {
  reporting: "reports open spans",
  silent: "silent",
  gone: "gone",
  spans_only: "only sends spans, so what hangs there is not seen",
};

function instanceLines(instances: readonly ReportingInstance[], view: InflightView): string[] {
  const { palette, glyphs } = view;
  const shown = instances.slice(0, NOW_INSTANCES_MAX);
  const lines = shown.map(({ service, instance, state, heardMsAgo }) => {
    const name = printable(`${service} ${instance}`.trim(), view);
    return palette.quiet(
      `${name}: ${STATES[state]}, heard ${formatDuration(heardMsAgo * 1e6)} ago`,
    );
  });
  const hiddenCount = instances.length - shown.length;
  return hiddenCount === 0 ? lines : [...lines, `${glyphs.ellipsis} ${hiddenCount} more instances`];
}
