/** What to know before anything can be sent. */

/** How OTLP is spoken. OTLP/JSON is not among them: spans are kept as protobuf. */
export type Protocol = "grpc" | "http/protobuf";

/** How bodies are compressed; `auto` is none on this machine and the best common one elsewhere. */
export type CompressionChoice = "auto" | "none" | "gzip" | "zstd";

/** Where to send, and how. */
export interface Endpoint {
  readonly protocol: Protocol;
  readonly isSecure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  readonly tracesPath: string;
  /** Undefined when only an address for traces was given, from which this one does not follow. */
  readonly logsPath: string | undefined;
}

/** Files of certificates, as text; undefined where the defaults of Node apply. */
export interface Certificates {
  readonly authorities: string | undefined;
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
}

/** What the exporter runs on. */
export interface ExportSettings {
  /** Undefined: whoever listens on this machine, found by trying. */
  readonly endpoint: Endpoint | undefined;
  /** Sent with every request; names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly compression: CompressionChoice;
  readonly certificates: Certificates;
  readonly attemptMsMax: number;
  readonly queueBytesMax: number;
  /** Where requests wait that the receiver does not take; undefined: in memory. */
  readonly queueFolder: string | undefined;
  readonly queueFolderBytesMax: number;
  /** Undefined: only bytes are limited. */
  readonly queueSpanCountMax: number | undefined;
  /** Spans of a request at most; undefined: only bytes are limited. */
  readonly batchSpanCount: number | undefined;
  /** Undefined: short at first, then longer. */
  readonly flushDelayMs: number | undefined;
  readonly retryBudgetMs: number;
}
