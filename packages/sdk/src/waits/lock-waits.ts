/* Waits that the application told of itself: see instrument/locks. */
import type { Clock, WaitReport } from "@spoor/trace";
import { lockWaits } from "../instrument/locks/held-locks.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { HOLDERS_MAX } from "./limits.ts";
import { ownHolder, reportOn, seen } from "./report-fields.ts";

/** What `span` told that it waits for; undefined when it told nothing. */
export function explainLockWait(span: OpenSpan, clock: Clock): WaitReport | undefined {
  const all = [...lockWaits()];
  const wait = all.find(({ by }) => by.spanId === span.spanId);
  if (wait === undefined) return undefined;
  const holders = wait.holders();
  const elapsedMs = Math.round(clock.monotonicMs() - wait.sinceMs);
  return reportOn(span, clock, {
    kind: "mutex",
    certainty: "seen",
    sinceUnixNano: clock.nowUnixNano() - BigInt(elapsedMs) * 1_000_000n,
    resource: { kind: "lock", name: wait.name },
    holders: holders
      .slice(0, HOLDERS_MAX)
      .map(({ traceId = "", spanId = "", callSite }) =>
        ownHolder({ traceId, spanId }, callSite === undefined ? {} : { callSite }),
      ),
    mayHaveMore: holders.length > HOLDERS_MAX,
    queueCount: all.filter(({ name }) => name === wait.name).length - 1,
    evidence: [seen("spoor.wait", `the application says so; ${holders.length} have a turn now`)],
  });
}
