/*
 * What happens to a request body, whatever it came over: it is decompressed, decoded into the
 * batch that is written next, and answered when that batch is stored. The transports translate
 * the reply into their own codes.
 */
import { type DecodeResult, decodeTracesJson, decodeTracesProtobuf } from "@spoor/otlp";
import { errorMessage, type LossReason } from "@spoor/trace";
import { INFLATE_RATIO_EXPECTED, REQUEST_BYTES_MAX, RETRY_DELAY_MS } from "../base/limits.ts";
import type { SpanGatherer } from "../gather/span-gatherer.ts";
import type { SelfReport } from "../self/self-report.ts";
import type { Admission, Permit } from "./admission.ts";
import type { Compression } from "../base/received-request.ts";
import { inflate } from "./inflate.ts";

/** A request for the intake, body read and framing removed. */
export interface IntakeRequest {
  readonly body: Uint8Array;
  readonly compression: Compression;
  readonly encoding: "protobuf" | "json";
  /** The sender's address, for the status. */
  readonly from: string;
  readonly permit: Permit;
}

/** Stored, with spans that were rejected singly and warnings in words. */
export interface Accepted {
  readonly kind: "accepted";
  readonly rejectedSpanCount: number;
  /** For partial_success.error_message; empty when all is well. */
  readonly errorMessage: string;
}

/** Refused as a whole; nothing of it is kept. */
export interface Refused {
  readonly kind: "refused";
  readonly reason: LossReason;
  readonly message: string;
  /** Present when the same request may succeed after this long. */
  readonly retryDelayMs?: number;
}

/** The outcome of a request. */
export type IntakeReply = Accepted | Refused;

const MIB = 1024 * 1024;

/** The refusal of a body above `limitBytes`, as sent or after decompression. */
export function refusedAsTooLarge(what: string, limitBytes: number): Refused {
  const message = `${what}; the limit is ${Math.floor(limitBytes / MIB)} MiB: send smaller batches`;
  return { kind: "refused", reason: "request_too_large", message };
}

/** The refusal of a request for which there was no room. */
export function refusedAsOverload(): Refused {
  return {
    kind: "refused",
    reason: "request_overload",
    message: "too many requests are in flight; send again later",
    retryDelayMs: RETRY_DELAY_MS,
  };
}

/** Turns request bodies into stored spans. */
export class Intake {
  readonly #gatherer: SpanGatherer;
  readonly #self: SelfReport;
  readonly admission: Admission;

  constructor(parts: {
    readonly gatherer: SpanGatherer;
    readonly self: SelfReport;
    readonly admission: Admission;
  }) {
    this.#gatherer = parts.gatherer;
    this.#self = parts.self;
    this.admission = parts.admission;
  }

  /** A new connection, for the status. */
  connected(from: string): void {
    this.#self.connected(from);
  }

  /** Takes a whole request and releases its permit. Never rejects for bad input or a full store. */
  async take(request: IntakeRequest): Promise<IntakeReply> {
    try {
      const reply = await this.#store(request);
      if (reply.kind === "refused") this.refuse(request.from, reply);
      return reply;
    } finally {
      request.permit.release();
    }
  }

  /** Counts a refusal, also one that a transport found before the body was read. */
  refuse(from: string, { reason, message }: Refused): void {
    this.#self.refused({ from, reason, message });
  }

  async #store(request: IntakeRequest): Promise<IntakeReply> {
    if (request.compression !== "identity") {
      request.permit.charge(request.body.length * (INFLATE_RATIO_EXPECTED - 1));
    }
    const inflated = await inflate(request.body, request.compression);
    if (inflated.kind === "tooLarge") {
      return refusedAsTooLarge("the decompressed request is too large", inflated.limitBytes);
    }
    if (inflated.kind === "malformed") return malformed(inflated.reason);
    if (inflated.body.length > REQUEST_BYTES_MAX) {
      return refusedAsTooLarge("the request is too large", REQUEST_BYTES_MAX);
    }
    return this.#decodeAndStore(inflated.body, request.encoding);
  }

  async #decodeAndStore(body: Uint8Array, encoding: "protobuf" | "json"): Promise<IntakeReply> {
    const { batch, stored } = this.#gatherer.open();
    const decode = encoding === "json" ? decodeTracesJson : decodeTracesProtobuf;
    const decoded: DecodeResult = decode(body, batch, this.#self.ledger);
    if (decoded.malformed !== undefined) return malformed(decoded.malformed);
    if (decoded.spanCount > 0) {
      this.#gatherer.appended();
      try {
        await stored;
      } catch (error) {
        const message = `the spans could not be stored: ${errorMessage(error)}`;
        return {
          kind: "refused",
          reason: "store_unavailable",
          message,
          retryDelayMs: RETRY_DELAY_MS,
        };
      }
    }
    this.#self.accepted(decoded.spanCount);
    return {
      kind: "accepted",
      rejectedSpanCount: decoded.rejectedSpanCount,
      errorMessage: decoded.problems.join("; "),
    };
  }
}

function malformed(reason: string): Refused {
  return { kind: "refused", reason: "request_malformed", message: reason };
}
