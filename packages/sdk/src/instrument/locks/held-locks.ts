/*
 * Mutexes and semaphores of this process: who waits for one, and who has it. Nobody can see these
 * from outside, so they are told: by `spoor.wait`, or by wrapping the package that makes them.
 */
import { systemClock } from "@spoor/trace/basics";
import type { Actor } from "../database/connection-registry.ts";
import { activeActor } from "../database/connection-registry.ts";

/** Who has what is waited for, as far as the application knows. */
export interface HolderInfo {
  /** The span in which it was taken. */
  readonly traceId?: string;
  readonly spanId?: string;
  /** Where in the code, or any other words for a person. */
  readonly callSite?: string;
}

/** Somebody waits for something that the application keeps itself. */
export interface LockWait {
  readonly by: Actor;
  readonly name: string;
  /** Monotonic, in ms. */
  readonly sinceMs: number;
  /** Asked when the wait is overdue. */
  readonly holders: () => readonly HolderInfo[];
}

const waits = new Set<LockWait>();

/**
 * Tells that the active span waits for `name`, until what it returns is called. `holder` is asked
 * only when the wait takes too long; it may be left out.
 *
 * Costs one entry in a set. Never throws.
 *
 * @example
 * const done = spoor.wait("prices.lock", () => ({ callSite: "refreshPrices" }));
 * try { await lock.acquire(); } finally { done(); }
 */
export function waitForLock(
  name: string,
  holder?: () => HolderInfo | readonly HolderInfo[] | undefined,
): () => void {
  const wait: LockWait = {
    by: activeActor(),
    name,
    sinceMs: systemClock.monotonicMs(),
    holders: () => [holder?.() ?? []].flat(),
  };
  waits.add(wait);
  return () => void waits.delete(wait);
}

/** Everybody who waits, longest first. */
export function lockWaits(): Iterable<LockWait> {
  return waits;
}
