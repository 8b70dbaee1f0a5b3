/** Receives spans, keeps them, answers questions about them. */
export { SERVER_ERROR_CODES, type ServerErrorCode } from "./base/error-codes.ts";
export type { SyncMode } from "./spool/segment-writer.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server.ts";
export type { RetentionPolicy } from "@spoor/store";
