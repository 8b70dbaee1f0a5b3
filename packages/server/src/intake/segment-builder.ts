/*
 * One segment of the spool and, in step with it, the batches that it decodes to.
 *
 * A request is decoded first, so that the spool holds only what can be decoded again; then its body
 * is appended to the segment; and when that is durable it is acknowledged. When appending fails the
 * batches hold rows that nobody was promised, so they are thrown away and decoded again from what
 * the segment does hold.
 */
import { encodeLogBlock, encodeSpanBlock, type LogBlock, type SpanBlock } from "@spoor/store/block";
import { errorMessage, type LossEntry, LossLedger, type DecodeLimits } from "@spoor/trace";
import type { ReceivedRequest } from "../base/received-request.ts";
import type { SenderCount } from "../base/sender-share.ts";
import { readSegment, segmentToken } from "../spool/segment-file.ts";
import type { SegmentHeader } from "../spool/segment-format.ts";
import { SegmentWriter, type SyncMode } from "../spool/segment-writer.ts";
import { decodeRequest, newBatches, type SignalBatches } from "./decode-request.ts";
import { type IntakeReply, refusedAsNotKept } from "./intake.ts";
import { senderCounts } from "./sender-counts.ts";

/** A segment as the store takes it. */
export interface SealedSegment {
  readonly sequence: bigint;
  readonly token: string;
  /** Undefined when the segment holds no span. */
  readonly block: SpanBlock | undefined;
  /** Undefined when the segment holds no log record. */
  readonly logBlock: LogBlock | undefined;
  /** Who sent the spans in the block. */
  readonly senders: readonly SenderCount[];
  /** Why the segment was read only in part; undefined when all of it was. */
  readonly torn?: string;
}

/** Where a new segment goes. */
export interface SegmentPlace {
  readonly path: string;
  readonly header: SegmentHeader;
  readonly syncMode: SyncMode;
}

/** What a builder counts in, and decodes into. */
export interface BuilderParts {
  readonly ledger: LossLedger;
  readonly batches: SignalBatches;
  readonly limits: DecodeLimits;
}

/** Builds one segment. Owned by one thread. */
export class SegmentBuilder {
  readonly #place: SegmentPlace;
  readonly #writer: SegmentWriter;
  readonly #ledger: LossLedger;
  readonly #appending = new Set<Promise<void>>();
  readonly #batches: SignalBatches;
  readonly #limits: DecodeLimits;
  #firstReceivedAtUnixNano: bigint | undefined;
  #isOutOfStep = false;

  private constructor(
    place: SegmentPlace,
    writer: SegmentWriter,
    { ledger, batches, limits }: BuilderParts,
  ) {
    this.#place = place;
    this.#writer = writer;
    this.#ledger = ledger;
    this.#batches = batches;
    this.#limits = limits;
  }

  /**
   * `batches` must be empty, and are the builder's until the segment is sealed.
   *
   * @throws SPOOR_SPOOL_WRITE (retryable) when the segment cannot be created.
   */
  static async start(place: SegmentPlace, parts: BuilderParts): Promise<SegmentBuilder> {
    return new SegmentBuilder(place, await SegmentWriter.create(place.path, place), parts);
  }

  /** Takes a request; resolves when it is durable or refused. Never rejects. */
  async take(request: ReceivedRequest): Promise<IntakeReply> {
    const reply = decodeRequest(request, this.#batches, this.#ledger, this.#limits);
    if (reply.kind === "refused" || reply.spanCount + reply.logRecordCount === 0) return reply;
    this.#firstReceivedAtUnixNano ??= request.receivedAtUnixNano;
    const appending = this.#writer.append(request);
    this.#appending.add(appending);
    try {
      await appending;
      return reply;
    } catch (error) {
      this.#isOutOfStep = true;
      return refusedAsNotKept(errorMessage(error), reply.shares);
    } finally {
      this.#appending.delete(appending);
    }
  }

  /** Waits for appends in flight, closes the segment and encodes it for the store. */
  async seal(): Promise<SealedSegment> {
    await Promise.allSettled(this.#appending);
    await this.#writer.close();
    const { path, header } = this.#place;
    if (this.#isOutOfStep) return sealFromFile(path, header.sequence, this.#limits);
    const blocks = encode(this.#batches, this.#firstReceivedAtUnixNano);
    return { sequence: header.sequence, token: segmentToken(header), ...blocks };
  }
}

/**
 * A segment that lies in the spool, as the store takes it: after a crash, or when it was let go
 * from memory because the store was away.
 *
 * @throws SPOOR_SPOOL_READ when the file is not a segment of this version.
 */
export async function sealFromFile(
  path: string,
  sequence: bigint,
  limits: DecodeLimits,
): Promise<SealedSegment> {
  const { token = "", requests, torn } = await readSegment(path);
  const batches = newBatches();
  // What is lost in decoding was counted when the request was acknowledged.
  const ledger = new LossLedger();
  // What was acknowledged is not refused later, even where the limit was lowered in between.
  const replayLimits = { ...limits, rowCountMax: Number.MAX_SAFE_INTEGER };
  for (const request of requests) decodeRequest(request, batches, ledger, replayLimits);
  const blocks = encode(batches, requests[0]?.receivedAtUnixNano);
  return { sequence, token, ...blocks, ...(torn === undefined ? {} : { torn }) };
}

function encode(
  { spans, logRecords }: SignalBatches,
  receivedAtUnixNano: bigint | undefined,
): Pick<SealedSegment, "block" | "logBlock" | "senders"> {
  // A segment in which no request came has no rows either.
  const at = { nowUnixNano: receivedAtUnixNano ?? 0n };
  return {
    block: spans.spanCount === 0 ? undefined : encodeSpanBlock(spans, at),
    logBlock: logRecords.logRecordCount === 0 ? undefined : encodeLogBlock(logRecords, at),
    senders: senderCounts(spans),
  };
}

/** What was counted since the last call. */
export function takeLosses(ledger: LossLedger, reported: Map<string, number>): LossEntry[] {
  return ledger.entries().flatMap(({ reason, count }) => {
    const delta = count - (reported.get(reason) ?? 0);
    reported.set(reason, count);
    return delta === 0 ? [] : { reason, count: delta };
  });
}
