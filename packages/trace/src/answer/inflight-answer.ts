import type { Inflight } from "../analysis/inflight.ts";
import type { FindingSeverity } from "../report/report.ts";
import type { OpenSpan, ReportingInstance } from "../report/open-span.ts";
import type { SenderName } from "../report/sender-name.ts";
import type { KeyValue } from "../span/any-value.ts";

/** `GET /api/v1/inflight`, and the events `inflight` of `GET /api/v1/stream`. */
export interface InflightAnswer extends Inflight {
  readonly nowUnixNano: string;
  /** False when a limit left open spans out, here or on their way. */
  readonly complete: boolean;
  /** Open spans that are known. */
  readonly openSpanCount: number;
  /** Open spans that processes counted and did not list. */
  readonly unlistedSpanCount: number;
  readonly instances: readonly ReportingInstance[];
}

/** What `GET /api/v1/traces/{traceId}` tells of spans that have not ended. */
export interface OpenSpansOfTrace {
  readonly nowUnixNano: string;
  readonly open: readonly OpenSpan[];
}

/** `GET /api/v1/findings`: what processes found wrong with their tracing. */
export interface FindingsAnswer {
  readonly nowUnixNano: string;
  /** Gravest first, then the most frequent. */
  readonly findings: readonly Finding[];
}

/** Something that is wrong with the tracing of one process. */
export interface Finding extends SenderName {
  readonly code: string;
  readonly subject: string;
  readonly severity: FindingSeverity;
  readonly sentence: string;
  readonly count: number;
  readonly firstSeenUnixNano: string;
  readonly lastSeenUnixNano: string;
  /** Where it was seen last; empty when it belongs to no trace. */
  readonly traceId: string;
  readonly spanId: string;
  readonly evidence: readonly KeyValue[];
}
