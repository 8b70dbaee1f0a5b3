/*
 * Holds the short way of reading OTLP/JSON to the long one: the same rows, the same losses, the
 * same accounts, the same verdict.
 */
import assert from "node:assert/strict";
import { LogBatch, logRecordsOf, LossLedger, SpanBatch, spansOf } from "@spoor/trace";
import { decodeLogsJson, decodeLogsJsonLongWay } from "../logs/decode-json.ts";
import { decodeTracesJson, decodeTracesJsonLongWay } from "../traces/decode-json.ts";
import { DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";

/** @throws AssertionError when the two differ. Returns whether the request was accepted. */
export function assertSameRoads(
  signal: "traces" | "logs",
  body: Uint8Array,
  limits: DecodeLimits = DECODE_LIMITS,
): boolean {
  const short = signal === "traces" ? traces(decodeTracesJson) : logs(decodeLogsJson);
  const long = signal === "traces" ? traces(decodeTracesJsonLongWay) : logs(decodeLogsJsonLongWay);
  const expected = long(body, limits);
  assert.deepEqual(short(body, limits), expected);
  return expected.result.malformed === undefined;
}

type Outcome = {
  readonly result: { readonly malformed?: string | undefined };
  readonly losses: ReadonlyMap<string, number>;
  readonly rows: readonly unknown[];
};

type Road = (body: Uint8Array, limits: DecodeLimits) => Outcome;

function traces(decode: typeof decodeTracesJson): Road {
  return (body, limits) => {
    const batch = new SpanBatch();
    const ledger = new LossLedger();
    const decoded = decode(body, batch, ledger, limits);
    const result =
      decoded.malformed === undefined
        ? {
            ...decoded,
            // In which order losses are found is not promised.
            problems: decoded.problems.toSorted(),
            shares: decoded.shares.map((share) => ({ ...share, losses: mapOf(share.losses) })),
          }
        : decoded;
    return { result, losses: mapOf(ledger.entries()), rows: spansOf(batch) };
  };
}

function logs(decode: typeof decodeLogsJson): Road {
  return (body, limits) => {
    const batch = new LogBatch();
    const ledger = new LossLedger();
    const decoded = decode(body, batch, ledger, limits);
    const result =
      decoded.malformed === undefined
        ? { ...decoded, problems: decoded.problems.toSorted() }
        : decoded;
    return { result, losses: mapOf(ledger.entries()), rows: logRecordsOf(batch) };
  };
}

function mapOf(
  entries: readonly { readonly reason: string; readonly count: number }[],
): Map<string, number> {
  return new Map(
    entries
      .map(({ reason, count }): [string, number] => [reason, count])
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );
}
