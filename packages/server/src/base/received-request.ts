/** How a body may be compressed. OTLP demands none and gzip; zstd is cheaper. */
export type Compression = "identity" | "gzip" | "zstd";

/** Which of OTLP's signals a request carries. */
export type Signal = "traces" | "logs";

/** A request body as it was received, with what is needed to read it again. */
export interface ReceivedRequest {
  readonly signal: Signal;
  readonly encoding: "protobuf" | "json";
  readonly compression: Compression;
  /** When it was received. What depends on "now" while decoding uses this, so that reading the
   * request again gives the same rows. */
  readonly receivedAtUnixNano: bigint;
  readonly body: Uint8Array;
}
