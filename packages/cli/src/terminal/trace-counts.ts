import { serviceName, StatusCode, type TraceTree } from "@spoor/trace";

/**
 * `41 spans, 3 services, 0 orphans.`, with everything else that a reader has to know before
 * trusting the picture: errors, repeated copies, ids used twice, and what senders dropped.
 */
export function traceCounts(
  tree: TraceTree,
  { orphanCount, openCount }: { readonly orphanCount: number; readonly openCount: number },
): string {
  const services = new Set(tree.nodes.map(({ span }) => serviceName(span.resource)));
  const errorCount = tree.nodes.filter(({ span }) => span.status.code === StatusCode.error).length;
  const parts = [
    counted(tree.nodes.length, "span"),
    ...(openCount === 0 ? [] : [`${openCount} of them open`]),
    counted(services.size, "service"),
    counted(orphanCount, "orphan"),
    ...ifAny(errorCount, "error"),
    ...problemParts(tree),
    ...droppedParts(tree),
  ];
  return `${parts.join(", ")}.`;
}

/** `1 span`, `2 spans`, `0 spans`. */
function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function problemParts({ problems }: TraceTree): string[] {
  let copies = 0;
  let sharedIds = 0;
  let loops = 0;
  let backwards = 0;
  for (const problem of problems) {
    if (problem.kind === "span_repeated") copies += problem.count;
    if (problem.kind === "span_id_shared") sharedIds += 1;
    if (problem.kind === "parent_cycle" || problem.kind === "parent_is_self") loops += 1;
    if (problem.kind === "end_before_start") backwards += 1;
  }
  return [
    ...(copies === 0 ? [] : [`${copies} exact ${copies === 1 ? "copy" : "copies"} left out`]),
    ...(sharedIds === 0 ? [] : [`${counted(sharedIds, "span id")} used more than once`]),
    ...ifAny(loops, "parent loop"),
    ...(backwards === 0 ? [] : [`${counted(backwards, "span")} ending before the start`]),
  ];
}

/** What the SDKs say that they dropped, which is missing here for ever. */
function droppedParts({ nodes }: TraceTree): string[] {
  let attributes = 0;
  let events = 0;
  let links = 0;
  for (const { span } of nodes) {
    attributes += span.droppedAttributesCount;
    for (const event of span.events) attributes += event.droppedAttributesCount;
    for (const link of span.links) attributes += link.droppedAttributesCount;
    events += span.droppedEventsCount;
    links += span.droppedLinksCount;
  }
  const dropped = [
    ...ifAny(attributes, "attribute"),
    ...ifAny(events, "event"),
    ...ifAny(links, "link"),
  ];
  return dropped.map((text) => `${text} dropped by senders`);
}

function ifAny(count: number, noun: string): string[] {
  return count === 0 ? [] : [counted(count, noun)];
}
