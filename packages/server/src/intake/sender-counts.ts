import type { ResourceShare } from "@spoor/otlp";
import {
  keys,
  LossLedger,
  type Resource,
  type SenderName,
  serviceName,
  type SpanBatch,
} from "@spoor/trace";
import { SENDER_NAME_LENGTH_MAX } from "../base/limits.ts";
import { type ProcessPlace, processPlace } from "../base/process-place.ts";
import type { SenderCount, SenderShare } from "../base/sender-share.ts";

interface SenderSum {
  readonly sender: SenderName & { readonly place?: ProcessPlace };
  spanCount: number;
  rejectedSpanCount: number;
  readonly losses: LossLedger;
}

/** What each sender contributed; several resources may belong to one. */
export function senderShares(shares: readonly ResourceShare[]): SenderShare[] {
  const sums = new Map<string, SenderSum>();
  for (const { resource, spanCount, rejectedSpanCount, losses } of shares) {
    const sender = senderOf(resource);
    let sum = sums.get(nameOf(sender));
    if (sum === undefined) {
      const place = processPlace(resource);
      const known = place === undefined ? {} : { place };
      sum = {
        sender: { ...sender, ...known },
        spanCount: 0,
        rejectedSpanCount: 0,
        losses: new LossLedger(),
      };
      sums.set(nameOf(sender), sum);
    }
    sum.spanCount += spanCount;
    sum.rejectedSpanCount += rejectedSpanCount;
    sum.losses.add(losses);
  }
  return Array.from(sums.values(), ({ sender, losses, ...counts }) => ({
    ...sender,
    ...counts,
    losses: losses.entries(),
  }));
}

/** How many spans of a batch each sender sent. */
export function senderCounts(batch: SpanBatch): SenderCount[] {
  const byResource = new Uint32Array(batch.resources.length);
  for (let row = 0; row < batch.spanCount; row += 1) {
    const index = batch.resourceIndices[row] ?? 0;
    byResource[index] = (byResource[index] ?? 0) + 1;
  }
  const counts = new Map<string, SenderCount>();
  for (const [index, resource] of batch.resources.entries()) {
    const spanCount = byResource[index] ?? 0;
    if (spanCount === 0) continue;
    const sender = senderOf(resource);
    const before = counts.get(nameOf(sender))?.spanCount ?? 0;
    counts.set(nameOf(sender), { ...sender, spanCount: before + spanCount });
  }
  return [...counts.values()];
}

const senders = new WeakMap<Resource, SenderName>();

function senderOf(resource: Resource): SenderName {
  let sender = senders.get(resource);
  if (sender === undefined) {
    const instance = resource.attributes.get(keys.serviceInstanceId);
    sender = {
      service: serviceName(resource).slice(0, SENDER_NAME_LENGTH_MAX),
      instance: typeof instance === "string" ? instance.slice(0, SENDER_NAME_LENGTH_MAX) : "",
    };
    senders.set(resource, sender);
  }
  return sender;
}

function nameOf({ service, instance }: SenderName): string {
  return `${service}\0${instance}`;
}
