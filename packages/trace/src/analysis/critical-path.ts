/*
 * Which spans determined when a root ended.
 *
 * The walk goes backwards from the end of the root:
 *
 * 1. Before a moment, the child that ended last was what its parent waited for. The time between
 *    that child's end and the moment is the parent's own.
 * 2. The same is asked inside that child, from its end to its start.
 * 3. At the child's start the walk goes on in the parent. A sibling that was still running then
 *    did not bring the child about (it ran in parallel), so it is not on the path.
 *
 * A child that ends after its parent did not determine the parent's end: a fire-and-forget task
 * must not push the call that was waited for off the path. There is one exception, and incidents
 * are made of it: the parent gave up. A parent that is a client span, or that ended with an error,
 * or that served a caller who did, is taken to have waited for what was still running; such a
 * child counts up to the parent's end.
 * Messages are never waited for (SpanKind PRODUCER and CONSUMER are defined as asynchronous).
 *
 * Limits: spans do not say what they waited for, so this is the best guess that times allow. Times
 * are taken as they are; a child that lies wholly outside its parent, because two clocks disagree,
 * is not on the path.
 */
import { SpanKind } from "../span/kind.ts";
import { StatusCode } from "../span/status.ts";
import type { TreeNode } from "./tree.ts";

/**
 * Two spans that follow each other may seem to overlap by this much: the official JavaScript SDK
 * starts spans on a clock that ticks in whole milliseconds. Without it, every other call of a
 * sequence falls off the path.
 */
const OVERLAP_NANO_MAX = 1_000_000;
/** An overlap above this share of the child is no accident, however short the child is. */
const OVERLAP_SHARE_MAX = 0.1;

/** An interval in which the end of the root depended on `node` itself, not on a child of it. */
export interface PathStep {
  readonly node: TreeNode;
  /** On the scale of {@link TreeNode.startNano}. */
  readonly startNano: number;
  readonly endNano: number;
}

interface Frame {
  readonly node: TreeNode;
  /** The last to end first. */
  readonly children: readonly TreeNode[];
  next: number;
  /** Everything from here to the node's end is explained. */
  cursorNano: number;
  /** The part of the node that counts. */
  readonly fromNano: number;
  readonly untilNano: number;
}

/**
 * The critical path of `root` and all below it: intervals in the order of time that follow each
 * other without a gap from the start to the end of `root`, each with the span it is owed to.
 * Empty for a root without length.
 *
 * Cost: O(n log n) in the spans below `root`; no recursion.
 */
export function criticalPath(root: TreeNode): PathStep[] {
  const backwards: PathStep[] = [];
  const open = [toFrame(root, root.startNano, root.endNano)];
  for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
    const child = nextWaitedFor(frame);
    if (child === undefined) {
      addStep(backwards, frame, frame.fromNano);
      open.pop();
      continue;
    }
    const childEnd = Math.min(child.endNano, frame.cursorNano);
    addStep(backwards, frame, childEnd);
    const childStart = Math.max(child.startNano, frame.fromNano);
    frame.cursorNano = childStart;
    if (childStart >= frame.untilNano) continue;
    open.push(toFrame(child, childStart, Math.min(childEnd, frame.untilNano)));
  }
  return backwards.toReversed();
}

/** How long each span is itself on the path, in ns. One that only has children there is absent. */
export function pathTimes(steps: Iterable<PathStep>): Map<TreeNode, number> {
  const times = new Map<TreeNode, number>();
  for (const { node, startNano, endNano } of steps) {
    times.set(node, (times.get(node) ?? 0) + endNano - startNano);
  }
  return times;
}

function toFrame(node: TreeNode, fromNano: number, untilNano: number): Frame {
  const children = node.children
    .filter((child) => child.endNano > child.startNano && wasWaitedFor(child, node))
    .toSorted((a, b) => endWithin(b, node) - endWithin(a, node) || a.startNano - b.startNano);
  return { node, children, next: 0, cursorNano: node.endNano, fromNano, untilNano };
}

/** The child that ended last before the cursor, or undefined when the rest is the node's own. */
function nextWaitedFor(frame: Frame): TreeNode | undefined {
  while (frame.next < frame.children.length) {
    const child = frame.children[frame.next];
    frame.next += 1;
    if (child === undefined || child.startNano >= frame.cursorNano) continue;
    if (Math.min(child.endNano, frame.cursorNano) <= frame.fromNano) continue;
    const end = endWithin(child, frame.node);
    if (end <= frame.cursorNano + overlapNano(child)) return child;
  }
  return undefined;
}

function addStep(steps: PathStep[], frame: Frame, startNano: number): void {
  const endNano = Math.min(frame.cursorNano, frame.untilNano);
  const from = Math.max(startNano, frame.fromNano);
  if (endNano > from) steps.push({ node: frame.node, startNano: from, endNano });
}

function endWithin(child: TreeNode, parent: TreeNode): number {
  return Math.min(child.endNano, parent.endNano);
}

function overlapNano(child: TreeNode): number {
  return Math.min(OVERLAP_NANO_MAX, (child.endNano - child.startNano) * OVERLAP_SHARE_MAX);
}

function wasWaitedFor(child: TreeNode, parent: TreeNode): boolean {
  if (child.startNano >= parent.endNano) return false;
  if (child.endNano <= parent.endNano + overlapNano(child)) return true;
  const { kind } = child.span;
  if (kind === SpanKind.producer || kind === SpanKind.consumer) return false;
  return gaveUp(parent);
}

/**
 * A server span may end without an error of its own because its caller hung up: the official
 * JavaScript instrumentation ends it with the connection, while the handler goes on.
 */
function gaveUp({ span, parent: caller }: TreeNode): boolean {
  if (span.kind === SpanKind.client || span.status.code === StatusCode.error) return true;
  return span.kind === SpanKind.server && caller?.span.status.code === StatusCode.error;
}
