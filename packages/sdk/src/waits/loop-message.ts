/** What the event loop's thread and the thread that watches it say to each other. */
import type { SenderEvent } from "../base/sender-event.ts";

/** What the watching thread starts with. */
export interface LoopWatcherData {
  /** Its first entry is counted up by every tick of the event loop. */
  readonly beats: Int32Array;
  /** What its exporter is made of, the same as that of the main thread. */
  readonly exporter: object;
}

/** What is said from within the blocked event loop. */
export interface BlockedAnswer {
  readonly events: readonly SenderEvent[];
  /** When to ask again, in ms. */
  readonly nextMs: number;
}

/**
 * What the watching thread calls in the main one. Returns a {@link BlockedAnswer}, serialised as
 * base64. Unless `isConfirmed`, only who has just come back from outside JavaScript is noted.
 */
export type AskBlocked = (askedUnixMs: number, isConfirmed: boolean) => string;

/** Where the watching thread finds whom to ask: `globalThis[Symbol.for(BLOCKED_KEY)]`. */
export const BLOCKED_KEY = "spoor.event-loop";
