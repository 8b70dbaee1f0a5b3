import type { Attributes, SpanKind } from "@opentelemetry/api";
import type { Scope } from "../base/span-sink.ts";
import type { ListedSpan } from "./open-spans.ts";
import type { RecordingSpan } from "./recording-span.ts";

/**
 * Stands in the list of open spans for one that is held there no longer: when nobody else holds it
 * either, V8 frees it, and then nothing in the process can ever end it.
 */
export class LooseSpan implements ListedSpan {
  older: ListedSpan | undefined;
  newer: ListedSpan | undefined;
  readonly ended = false;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly isParentRemote: boolean;
  readonly name: string;
  readonly kind: SpanKind;
  readonly scope: Scope;
  readonly startUnixNano: bigint;
  readonly isSampled: boolean;
  readonly subject = undefined;
  readonly #attributes: Attributes;
  readonly #ageMs: () => number;
  readonly #span: WeakRef<RecordingSpan>;

  constructor(span: RecordingSpan) {
    this.older = span.older;
    this.newer = span.newer;
    this.traceId = span.traceId;
    this.spanId = span.spanId;
    this.parentSpanId = span.parentSpanId;
    this.isParentRemote = span.isParentRemote;
    this.name = span.name;
    this.kind = span.kind;
    this.scope = span.scope;
    this.startUnixNano = span.startUnixNano;
    this.isSampled = span.isSampled;
    this.#attributes = span.attributes;
    const { startMs } = span;
    const { clock } = span.host;
    this.#ageMs = () => clock.nowMs() - startMs;
    this.#span = new WeakRef(span);
  }

  get ageMs(): number {
    return this.#ageMs();
  }

  get attributes(): Attributes {
    return this.#span.deref()?.attributes ?? this.#attributes;
  }

  get isUnreachable(): boolean {
    return this.#span.deref() === undefined;
  }

  addEvent(name: string, attributes?: Attributes): void {
    this.#span.deref()?.addEvent(name, attributes);
  }
}
