/** Traces as JSON and nothing else of OTLP: the face for the page, which has no Node under it. */
export { decodeTracesJson } from "./traces/decode-json.ts";
export { encodeTracesJson } from "./traces/encode-json.ts";
