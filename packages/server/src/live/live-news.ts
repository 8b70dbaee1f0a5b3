/*
 * What a request says about the present: reports of processes, and which long spans have ended.
 *
 * It is read where requests are decoded, on another thread, and is plain data, so that it can be
 * sent to the thread that answers. Reading costs two searches in columns for a request that says
 * nothing of the kind.
 */
import type { OpenSpanSource, Report, SenderName } from "@spoor/trace";
import type { ProcessPlace } from "../base/process-place.ts";

/** Who reports. */
export interface Reporter extends SenderName {
  /** Which process it is; undefined where its resource does not say. */
  readonly place?: ProcessPlace;
}

/** A session of a database, as the Collector's receiver saw it. */
export interface QuerySample {
  /** Tells one database server from another. */
  readonly server: string;
  readonly pid: number;
  /** When the sample was taken. */
  readonly timeUnixNano: bigint;
  /** By the traceparent in `application_name`; empty without one. */
  readonly traceId: string;
  readonly spanId: string;
  readonly user: string;
  readonly application: string;
  readonly address: string;
  readonly port: number | undefined;
  readonly state: string;
  readonly statement: string;
  /** 0 where it was not told. */
  readonly queryStartUnixNano: bigint;
  readonly waitEvent: string;
  readonly blockingPids: readonly number[];
  /** 0 where it was not told. */
  readonly blockedSinceUnixNano: bigint;
  readonly lockMode: string;
  readonly lockType: string;
  readonly lockRelation: string;
}

/** One thing that is said about the present. */
export type NewsItem =
  | {
      readonly kind: "report";
      readonly from: Reporter;
      readonly source: OpenSpanSource;
      readonly report: Report;
    }
  /** A sender says that a span has ended, which it had reported as open. */
  | { readonly kind: "ended"; readonly traceId: string; readonly spanId: string }
  | { readonly kind: "querySample"; readonly sample: QuerySample }
  | { readonly kind: "malformed"; readonly problem: string };

/** What a request says about the present. */
export interface LiveNews {
  readonly items: readonly NewsItem[];
  /** Long spans that have ended: 24 bytes each, the trace id and the span id. */
  readonly finished: Uint8Array;
}

/** What most requests say. */
export const NO_NEWS: LiveNews = { items: [], finished: new Uint8Array() };
