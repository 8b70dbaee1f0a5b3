/**
 * What a program needs that only sends: clock, errors, ids and the ledger of losses.
 *
 * A face of its own, because an application that loads the SDK should not load the reasoning
 * about traces with it.
 */
export { type Clock, ManualClock, systemClock } from "./base/clock.ts";
export { type Deferred, deferred } from "./base/deferred.ts";
export { formatBytes } from "./base/bytes.ts";
export { formatDuration } from "./base/duration.ts";
export { invariant } from "./base/invariant.ts";
export { errorCode, errorMessage } from "./base/spoor-error.ts";
export { bytesToHex, hexToBytes } from "./identity/hex.ts";
export { SPAN_ID_BYTES, TRACE_ID_BYTES } from "./identity/ids.ts";
export { type LossEntry, LossLedger } from "./loss/ledger.ts";
export type { LossReason } from "./loss/reasons.ts";
