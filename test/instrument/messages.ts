/** What a traced process tells its parent. */
import type { HookedLibraries } from "@spoor/sdk/instrument";

/** A finished span. */
export interface SeenSpan {
  /** The process id of where it was made. */
  readonly process: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
  /** Empty for a root span. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly statusCode: number;
  readonly eventNames: readonly string[];
  /** The spans that it is linked to, by id. */
  readonly linkedSpanIds: readonly string[];
}

/** A log record on its way to a server. */
export interface SeenLog {
  readonly body: string;
  readonly severityText: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly scopeName: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Something that is wrong. */
export interface SeenFinding {
  readonly code: string;
  readonly subject: string;
  readonly sentence: string;
}

/** One message; which it is says the field that is there. */
export interface ProcessMessage {
  readonly span?: SeenSpan;
  readonly log?: SeenLog;
  readonly finding?: SeenFinding;
  readonly hooked?: HookedLibraries;
  /** The application listens. */
  readonly port?: number;
  /** Whatever an application answers with. */
  readonly answer?: unknown;
}
