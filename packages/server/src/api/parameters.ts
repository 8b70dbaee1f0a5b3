import type { TraceQuery } from "@spoor/store";
import { LIST_TRACES_DEFAULT, LIST_TRACES_MAX } from "../base/limits.ts";
import { parameterInvalid, type Problem } from "./problem.ts";

/** The largest time that ClickHouse's DateTime64(9) and so the store can compare. */
const UNIX_NANO_MAX = 2n ** 63n - 1n;
const DECIMAL = /^\d{1,19}$/;

/** The trace query that the parameters of `GET /api/v1/traces` ask for, or what is wrong. */
export function parseTraceQuery(parameters: URLSearchParams): TraceQuery | Problem {
  const limit = integer(parameters.get("limit"), LIST_TRACES_DEFAULT);
  if (limit === undefined || limit < 1 || limit > LIST_TRACES_MAX) {
    return parameterInvalid("limit", `must be a whole number from 1 to ${LIST_TRACES_MAX}`);
  }
  const sort = parameters.get("sort") ?? "recent";
  if (sort !== "recent" && sort !== "duration") {
    return parameterInvalid("sort", "must be recent or duration");
  }
  const fromUnixNano = unixNano(parameters.get("from"), 0n);
  const toUnixNano = unixNano(parameters.get("to"), UNIX_NANO_MAX);
  if (fromUnixNano === undefined || toUnixNano === undefined) {
    return parameterInvalid("from, to", "must be nanoseconds since 1970 as decimal digits");
  }
  const errors = parameters.get("errors") ?? "false";
  if (errors !== "true" && errors !== "false") {
    return parameterInvalid("errors", "must be true or false");
  }
  const service = parameters.get("service");
  return {
    fromUnixNano,
    toUnixNano,
    sort,
    limit,
    ...(errors === "true" ? { onlyErrors: true } : {}),
    ...(service === null ? {} : { service }),
  };
}

function integer(text: string | null, fallback: number): number | undefined {
  if (text === null) return fallback;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function unixNano(text: string | null, fallback: bigint): bigint | undefined {
  if (text === null) return fallback;
  if (!DECIMAL.test(text)) return undefined;
  const value = BigInt(text);
  return value <= UNIX_NANO_MAX ? value : undefined;
}
