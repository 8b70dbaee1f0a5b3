/**
 * Encoding of spans and log records for ClickHouse, without a client: a public face of its own,
 * because threads that only encode start faster and stay smaller without the rest of the store.
 */
export { encodeLogBlock, encodeSpanBlock, type LogBlock, type SpanBlock } from "./write/block.ts";
