/** The encodings of OTLP bodies; a reply has that of its request. */
export type OtlpEncoding = "protobuf" | "json";
