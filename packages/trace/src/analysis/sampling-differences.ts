/*
 * Services of one trace that were sampled by different decisions, from what arrived of them.
 *
 * 1. Spans carry the probability of their decision, where their sampler wrote it into the trace
 *    state (`ot=th:…`). A callee with another one than its caller decided again.
 * 2. A callee that decided for itself is missing below some calls and there below others. Such a
 *    call is not told apart from one whose spans were lost on their way, and so is only counted.
 *
 * Not looked at are calls that failed, which may never have arrived, and calls to databases and
 * queues, which send no spans.
 */
import { keys } from "../semconv/keys.ts";
import { serviceName } from "../semconv/read.ts";
import { SpanKind } from "../span/kind.ts";
import type { Span } from "../span/span.ts";
import { StatusCode } from "../span/status.ts";
import type { TraceTree, TreeNode } from "./tree.ts";

/** A service that decided anew what its caller had decided. */
export interface SamplingDifference {
  readonly caller: string;
  readonly callee: string;
  /** The shares of traces that each of them keeps, 0 to 1. */
  readonly callerShare: number;
  readonly calleeShare: number;
  /** Calls that show it. */
  readonly callCount: number;
  /** One of them. */
  readonly traceId: string;
  readonly spanId: string;
}

/** A service that is missing below some of the calls to it. */
export interface MissingCallee {
  readonly caller: string;
  readonly callee: string;
  /** Calls to where it was seen. */
  readonly callCount: number;
  /** Those below which it is not. */
  readonly missingCount: number;
  /** One of them. */
  readonly traceId: string;
  readonly spanId: string;
}

/** Fewer calls, with or without the callee, may be chance. */
const CALLS_MIN = 3;
const MISSING_SHARE_MIN = 0.05;

/** 2^56: the number of thresholds. */
const THRESHOLD_COUNT = 2 ** 56;
const THRESHOLD_DIGIT_COUNT = 14;
const THRESHOLD = /(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?=[;,\s]|$)/;

/**
 * The share of traces that a sampler keeps whose threshold stands in `traceState`; undefined where
 * none does.
 */
export function keptShare(traceState: string): number | undefined {
  const digits = THRESHOLD.exec(traceState)?.[1];
  if (digits === undefined) return undefined;
  const threshold = Number(BigInt(`0x${digits.padEnd(THRESHOLD_DIGIT_COUNT, "0")}`));
  return 1 - threshold / THRESHOLD_COUNT;
}

/** A share of traces in words: `12.5 %`. */
export function shareText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** Callees that keep another share than their callers, most calls first. Cost: O(n). */
export function samplingDifferences(trees: Iterable<TraceTree>): SamplingDifference[] {
  const found = new Map<string, SamplingDifference>();
  for (const { nodes } of trees) {
    for (const { span, parent } of nodes) {
      if (parent === undefined || parent.span.traceState === span.traceState) continue;
      const [caller, callee] = [serviceOf(parent), serviceName(span.resource)];
      const [callerShare, calleeShare] = [parent.span, span].map(({ traceState }) =>
        keptShare(traceState),
      );
      if (caller === callee || callerShare === undefined || calleeShare === undefined) continue;
      if (callerShare === calleeShare) continue;
      const key = [caller, callee, callerShare, calleeShare].join("\n");
      const callCount = (found.get(key)?.callCount ?? 0) + 1;
      const { traceId, spanId } = found.get(key) ?? span;
      found.set(key, { caller, callee, callerShare, calleeShare, callCount, traceId, spanId });
    }
  }
  return [...found.values()].sort((a, b) => b.callCount - a.callCount);
}

/** Callees that are missing below some calls, the most missing first. Cost: O(n). */
export function missingCallees(trees: Iterable<TraceTree>): MissingCallee[] {
  const targets = new Map<string, Target>();
  for (const { nodes } of trees) {
    for (const node of nodes) {
      const address = addressOf(node.span);
      if (address === "") continue;
      const key = `${serviceOf(node)}\n${address}`;
      const target: Target = targets.get(key) ?? {
        caller: serviceOf(node),
        callees: new Map(),
        missing: [],
      };
      targets.set(key, target);
      const callee = node.children.find(({ span }) => span.kind === SpanKind.server);
      if (callee === undefined) target.missing.push(node.span);
      else target.callees.set(serviceOf(callee), (target.callees.get(serviceOf(callee)) ?? 0) + 1);
    }
  }
  return [...targets.values()]
    .flatMap((target) => missingOf(target) ?? [])
    .sort((a, b) => b.missingCount - a.missingCount);
}

interface Target {
  readonly caller: string;
  /** How often which service was seen there. */
  readonly callees: Map<string, number>;
  readonly missing: Span[];
}

function missingOf({ caller, callees, missing }: Target): MissingCallee | undefined {
  const [first] = missing;
  const there = [...callees.values()].reduce((sum, count) => sum + count, 0);
  const callCount = there + missing.length;
  if (first === undefined || there < CALLS_MIN || missing.length < CALLS_MIN) return undefined;
  if (missing.length < callCount * MISSING_SHARE_MIN) return undefined;
  const [most] = [...callees].sort(([, a], [, b]) => b - a);
  const callee = most?.[0] ?? "";
  const { traceId, spanId } = first;
  return { caller, callee, callCount, missingCount: missing.length, traceId, spanId };
}

/** Where a call went that somebody should have sent a span for; empty for anything else. */
function addressOf({ kind, status, attributes }: Span): string {
  if (kind !== SpanKind.client || status.code === StatusCode.error) return "";
  if ([keys.dbSystemName, keys.dbSystem, keys.messagingSystem].some((key) => attributes.has(key))) {
    return "";
  }
  const address =
    attributes.get(keys.peerService) ??
    attributes.get(keys.serverAddress) ??
    attributes.get(keys.netPeerName);
  if (typeof address !== "string") return "";
  const port = attributes.get(keys.serverPort);
  const isPort = typeof port === "bigint" || typeof port === "number";
  return isPort ? `${address}:${port}` : address;
}

function serviceOf({ span }: TreeNode): string {
  return serviceName(span.resource);
}
