/* Why parents of a trace may never have arrived, as far as the server knows. */
import { LOST_PARENTS_MAX, type LostParentReason, type TraceTree } from "@spoor/trace";
import { lostParents } from "../client/questions.ts";
import type { SpoorClient } from "../client/spoor-client.ts";

/**
 * The reasons by the ids of the parents, of the first of them if they are many. A server that
 * cannot tell is none that failed: a reason is a remark beside an answer.
 */
export async function learnLostParents(
  client: SpoorClient,
  { traceId, roots }: TraceTree,
): Promise<ReadonlyMap<string, LostParentReason>> {
  const orphans = roots.filter(({ place }) => place === "orphan");
  const firstOf = new Map(orphans.toReversed().map(({ span }) => [span.parentSpanId, span.spanId]));
  const spanIds = [...firstOf.values()].toReversed().slice(0, LOST_PARENTS_MAX);
  if (spanIds.length === 0) return new Map();
  const answer = await lostParents(client, { traceId, spanIds }).catch(() => undefined);
  return new Map(answer?.reasons.map((reason) => [reason.parentSpanId, reason]));
}
