/*
 * What the main thread and an intake worker say to each other.
 */
import type { LogBlock, SpanBlock } from "@spoor/store/block";
import type { LossEntry, DecodeLimits } from "@spoor/trace";
import type { ReceivedRequest } from "../base/received-request.ts";
import type { SenderCount } from "../base/sender-share.ts";
import type { IntakeReply } from "./intake.ts";
import type { SegmentPlace } from "./segment-builder.ts";

/** To a worker. Handled in the order in which they were sent. */
export type ToWorker =
  /** Start a segment; until it is sealed requests go into it. */
  | { readonly kind: "start"; readonly place: SegmentPlace; readonly limits: DecodeLimits }
  /** The body's buffer is transferred. */
  | { readonly kind: "take"; readonly id: number; readonly request: ReceivedRequest }
  /** Close the segment and send its block. */
  | { readonly kind: "seal" }
  /** Send the block of a segment that lies in the spool. */
  | {
      readonly kind: "reread";
      readonly path: string;
      readonly sequence: bigint;
      readonly limits: DecodeLimits;
    };

/** From a worker. */
export type FromWorker =
  | {
      readonly kind: "replies";
      readonly replies: readonly Reply[];
      readonly losses: readonly LossEntry[];
    }
  /** The blocks' buffers are transferred. */
  | { readonly kind: "sealed"; readonly sealed: Sealed }
  /** A segment could not be started; requests that were sent for it are refused. */
  | { readonly kind: "startFailed"; readonly message: string }
  | { readonly kind: "rereadFailed"; readonly sequence: bigint; readonly message: string };

/** The outcome of one request. */
export interface Reply {
  readonly id: number;
  readonly reply: IntakeReply;
}

/** A segment and its blocks. */
export interface Sealed {
  readonly sequence: bigint;
  readonly token: string;
  readonly block: SpanBlock | undefined;
  readonly logBlock: LogBlock | undefined;
  /** Who sent the spans in the block. */
  readonly senders: readonly SenderCount[];
  readonly torn?: string;
}
