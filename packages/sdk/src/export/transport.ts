/** What a transport is asked, and what became of it. */

/** What is sent. */
export type Signal = "traces" | "logs";

/** Encodings of a body. */
export type BodyEncoding = "identity" | "gzip" | "zstd";

/** One request, as parts so that nothing is copied to join them. */
export interface ExportRequest {
  readonly signal: Signal;
  readonly parts: readonly Uint8Array[];
  readonly byteCount: number;
  readonly encoding: BodyEncoding;
}

/** What became of a request. Nothing a receiver does is an exception. */
export type Outcome =
  | {
      readonly kind: "sent";
      /** Records that the receiver left out. */
      readonly rejectedCount: number;
      /** A warning of the receiver, or what was wrong with its answer; empty for none. */
      readonly warning: string;
      /** Encodings that the receiver says it reads, in lower case; empty if it says nothing. */
      readonly accepts: string;
    }
  | {
      readonly kind: "retry";
      readonly reason: string;
      /** When the receiver asked to be asked again; undefined if it did not say. */
      readonly afterMs?: number;
      /** Nobody answers at the address at all. */
      readonly isAbsent?: boolean;
    }
  | {
      readonly kind: "refused";
      readonly reason: string;
      /** The receiver does not know this signal, so no request of it will ever be taken. */
      readonly isUnknownService?: boolean;
    }
  /** The receiver cannot read the encoding of the body. */
  | { readonly kind: "unreadable"; readonly reason: string };

/** A connection to one receiver. */
export interface Transport {
  /** For people: `127.0.0.1:4317 (grpc)`. */
  readonly name: string;
  /** Never rejects; settles within the time of one attempt. */
  send(request: ExportRequest): Promise<Outcome>;
  /** Ends every connection at once; what is on its way settles as `retry`. */
  close(): void;
}
