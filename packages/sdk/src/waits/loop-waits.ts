/* What spans wait for while the event loop is blocked: for the code that blocks it. */
import { trace } from "@opentelemetry/api";
import type { Clock, WaitReport } from "@spoor/trace";
import { applicationFrame } from "../doctor/call-site.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { STACK_FRAMES_MAX } from "./limits.ts";
import type { BlockedLoop } from "./loop-watch.ts";
import { ownHolder, reportOn, seen } from "./report-fields.ts";

/**
 * What `span` waits for. Undefined when nothing is known that blocks: no code of the application
 * or of a package runs. To be called from within the code that blocks.
 */
export function explainBlockedLoop(
  span: OpenSpan,
  { blockedMs, stack, isReturning }: BlockedLoop,
  clock: Clock,
): WaitReport | undefined {
  const frames = blockingFrames(stack);
  const site = frames.find((frame) => !frame.includes("node:") && !frame.includes("<anonymous>"));
  if (site === undefined) return undefined;
  const callSite = applicationFrame(`\n${frames.join("\n")}`) || site;
  const active = trace.getActiveSpan()?.spanContext();
  const nowUnixNano = clock.nowUnixNano();
  const blockedUnixNano = nowUnixNano - BigInt(Math.round(blockedMs * 1e6));
  const { startUnixNano } = span;
  return reportOn(span, clock, {
    kind: "eventloop",
    certainty: isReturning ? "probable" : "seen",
    sinceUnixNano: startUnixNano > blockedUnixNano ? startUnixNano : blockedUnixNano,
    holders: [ownHolder(active, { callSite })],
    evidence: [
      seen("event loop", `it has not gone on for ${Math.round(blockedMs)} ms`),
      seen("stack of the main thread", frames.slice(0, STACK_FRAMES_MAX).join(" < ")),
    ],
  });
}

/** The frames below the one in which the watching thread's question is answered. */
function blockingFrames(stack: string): string[] {
  const lines = stack.split("\n").map((line) => line.trim().replace(/^at /u, ""));
  const asked = lines.findIndex((line) => line.startsWith("<anonymous>:1:"));
  return asked < 0 ? [] : lines.slice(asked + 1);
}
