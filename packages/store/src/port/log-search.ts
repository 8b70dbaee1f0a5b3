/* Searching log records: the question, the answer, and the places where pages begin. */
import {
  type AttributeValue,
  type Coverage,
  type LogRecord,
  SpoorError,
  toAnyValue,
} from "@spoor/trace";

import type { SearchBounds } from "./search.ts";

/** A search for log records; what is absent does not restrict. */
export interface LogQuery extends SearchBounds {
  /** Inclusive. The time of a log record is when it happened, or else when it was observed. */
  readonly fromUnixNano: bigint;
  /** Exclusive. */
  readonly toUnixNano: bigint;
  readonly service?: string;
  /** The least severity number. Above 0 those whose sender gave none are not found. */
  readonly severityNumberMin?: number;
  /** Text in the event name or in {@link bodyText}, in whatever case. */
  readonly contains?: string;
  /** Whether it belongs to a trace. */
  readonly hasTrace?: boolean;
  /** Log records, 1 to 1000. */
  readonly limit: number;
  /** {@link LogSearchAnswer.nextPageToken} of the page before, with the same query otherwise. */
  readonly pageToken?: string;
}

/** Log records that fit, newest first; those of one moment and batch the last first. */
export interface LogList extends Coverage {
  readonly logRecords: readonly LogRecord[];
  /** Undefined after the last page. */
  readonly nextPageToken: string | undefined;
}

/** Where a page begins: behind `skip` log records of this time, and all that are newer. */
export interface LogPlace {
  readonly timeUnixNano: bigint;
  readonly skip: number;
}

/** A body as the text that is searched: without its type; an array or a map as JSON of OTLP. */
export function bodyText(body: AttributeValue): string {
  switch (typeof body) {
    case "string":
      return body;
    case "number":
      return Object.is(body, -0) ? "-0" : String(body);
    case "bigint":
    case "boolean":
      return String(body);
    default:
      return JSON.stringify(toAnyValue(body));
  }
}

/** The token of a page that begins there. */
export function logPageToken({ timeUnixNano, skip }: LogPlace): string {
  return `l${timeUnixNano.toString()}.${skip}`;
}

/**
 * Where the page of a query begins; undefined for the first page.
 *
 * @throws SPOOR_STORE_PAGE_TOKEN for what is no such token.
 */
export function logPlaceOf({ pageToken }: LogQuery): LogPlace | undefined {
  if (pageToken === undefined) return undefined;
  const match = /^l(\d{1,20})\.(\d{1,9})$/u.exec(pageToken);
  if (match === null) {
    throw new SpoorError("cannot go on with a search: its page token belongs to another one", {
      code: "SPOOR_STORE_PAGE_TOKEN",
      hint: "Begin without a page token.",
    });
  }
  return { timeUnixNano: BigInt(match[1] ?? "0"), skip: Number(match[2] ?? "0") };
}

/** The place behind what was found, in order, on a page that began at `begun`. */
export function placeBehind(
  timesUnixNano: readonly bigint[],
  begun: LogPlace | undefined,
): LogPlace | undefined {
  const last = timesUnixNano.at(-1);
  if (last === undefined) return begun;
  const ofLast = timesUnixNano.filter((time) => time === last).length;
  return { timeUnixNano: last, skip: ofLast + (begun?.timeUnixNano === last ? begun.skip : 0) };
}
