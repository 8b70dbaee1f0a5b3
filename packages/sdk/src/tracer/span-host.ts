import type { Context } from "@opentelemetry/api";
import type { SpanClock } from "../base/span-clock.ts";
import type { Scope } from "../base/span-sink.ts";
import type { AttributeRules } from "./attribute-list.ts";
import type { ChunkWriter } from "./chunk-writer.ts";
import type { OpenSpans } from "./open-spans.ts";
import type { RecordingSpan } from "./recording-span.ts";
import type { SpanLimits } from "./span-limits.ts";
import type { ReadableResource, ReadableSpan, SpanProcessor } from "./span-processor.ts";
import type { TracerCounts } from "./tracer-counts.ts";

/** Watches what applications do with spans. A method that is missing costs nothing. */
export interface SpanObserver {
  spanStarted?(span: RecordingSpan, parentContext: Context): void;
  spanEnded?(span: RecordingSpan): void;
  /** A span was started under one that had ended already. */
  startedUnderEndedParent?(span: RecordingSpan, parent: RecordingSpan): void;
  /** A client span without a parent, while this process serves a request: a context was lost. */
  orphanSuspected?(span: RecordingSpan): void;
}

/** Whom the tracers of a provider tell of their spans, now. */
export interface Watch {
  observer: SpanObserver | undefined;
}

/**
 * What the spans of one tracer share. Fields only, no accessors: all hosts must be of one shape, or
 * a program with many tracers would pay for each look at them.
 */
export interface SpanHost {
  readonly scope: Scope;
  readonly readableScope: ReadableSpan["instrumentationScope"];
  readonly resource: ReadableResource;
  readonly clock: SpanClock;
  readonly limits: SpanLimits;
  readonly spanRules: AttributeRules;
  readonly eventRules: AttributeRules;
  readonly linkRules: AttributeRules;
  readonly counts: TracerCounts;
  readonly openSpans: OpenSpans;
  readonly writer: ChunkWriter;
  readonly processors: readonly SpanProcessor[];
  readonly watch: Watch;
  /** Something failed inside the tracer or a processor; the application must not notice. */
  readonly onError: (error: unknown) => void;
}
