import {
  type Attributes,
  attributeText,
  cutOf,
  cutText,
  formatDuration,
  type Span,
  type SpanLink,
  spanKindName,
  statusCodeName,
  type TreeNode,
} from "@spoor/trace";
import { isMarked } from "./trace-reading.ts";

/**
 * More about one span, a line each; from level 1 its attributes if it is marked, from level 2 those
 * of every span, from level 3 its events and links too. What the sender itself dropped is said.
 */
export function detailLines(
  node: TreeNode,
  {
    level,
    slow,
    cutSign,
  }: {
    readonly level: number;
    readonly slow: ReadonlySet<TreeNode>;
    readonly cutSign: string;
  },
): string[] {
  if (level < 1 || (level < 2 && !isMarked(node, slow))) return [];
  const { span } = node;
  const attributeLines = (attributes: Attributes, indent: string = ""): string[] =>
    [...attributes].map(([key, value]) => {
      const cut = cutOf(attributes, key);
      // Before the value, whose end may lie beyond the edge of the terminal.
      const note = cut === undefined ? "" : ` (${cutSign} ${cutText(cut)})`;
      return `${indent}${key}${note} = ${attributeText(value)}`;
    });
  const lines = level < 2 ? [] : [identityLine(span)];
  lines.push(...attributeLines(span.attributes));
  lines.push(...droppedLine(span.droppedAttributesCount, "attribute"));
  if (level < 3) return lines;
  for (const event of span.events) {
    const offsetNano = Number(event.timeUnixNano - span.startTimeUnixNano);
    const sign = offsetNano < 0 ? "" : "+";
    lines.push(`event ${sign}${formatDuration(offsetNano)} ${event.name}`);
    lines.push(...attributeLines(event.attributes, "  "));
    lines.push(...droppedLine(event.droppedAttributesCount, "attribute", "  "));
  }
  lines.push(...droppedLine(span.droppedEventsCount, "event"));
  for (const link of span.links) lines.push(...linkLines(link, attributeLines));
  lines.push(...droppedLine(span.droppedLinksCount, "link"));
  return lines;
}

function identityLine({ spanId, kind, status, scope }: Span): string {
  const words = [`span ${spanId}`, spanKindName(kind), `status ${statusCodeName(status.code)}`];
  if (scope.name !== "") words.push(`scope ${`${scope.name} ${scope.version}`.trim()}`);
  return words.join(", ");
}

function linkLines(
  link: SpanLink,
  attributeLines: (attributes: Attributes, indent: string) => string[],
): string[] {
  return [
    `link to trace ${link.traceId} span ${link.spanId}`,
    ...attributeLines(link.attributes, "  "),
    ...droppedLine(link.droppedAttributesCount, "attribute", "  "),
  ];
}

function droppedLine(count: number, noun: string, indent: string = ""): string[] {
  if (count === 0) return [];
  return [`${indent}${count} ${noun}${count === 1 ? "" : "s"} dropped on the way here`];
}
