import type { Clock } from "@spoor/trace/basics";
import type { SenderEvent } from "../base/sender-event.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";
import type { LoopWatchOptions } from "./loop-watch.ts";
import type { Thresholds } from "./overdue-spans.ts";

/** The spans of this process. */
export interface WatchedSpans {
  /** Of the oldest one, in ms. */
  readonly oldestOpenMs: number;
  readonly openSpanCount: number;
  openSpans(): Iterable<OpenSpan>;
  letGo(span: OpenSpan): void;
}

/** What watching needs. */
export interface WatchOptions extends Thresholds {
  readonly spans: WatchedSpans;
  readonly service: string;
  readonly processStartUnixNano: bigint;
  readonly clock: Clock;
  /** Whether a database may be asked what a statement waits for. */
  readonly areDatabasesAsked: boolean;
  /** How agents on other machines are asked; undefined: they are not. */
  readonly agents: { readonly secret: string; readonly port: number } | undefined;
  readonly send: (events: readonly SenderEvent[]) => void;
  readonly onError: (error: unknown) => void;
  /** How reports are sent while the event loop is blocked; undefined: it is not watched. */
  readonly loop: Omit<LoopWatchOptions, "tell" | "clock" | "onError"> | undefined;
}
