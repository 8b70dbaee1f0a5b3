/** A provider of our SDK whose finished spans can be read back from their bytes. */
import { context, type Tracer } from "@opentelemetry/api";
import { decodeTracesProtobuf } from "@spoor/otlp";
import {
  alwaysOn,
  parentBased,
  type SpanChunk,
  SpoorContextManager,
  SpoorTracerProvider,
  type TracerProviderOptions,
} from "@spoor/sdk";
import { LossLedger, type Span, SpanBatch, spansOf } from "@spoor/trace";

/** A tracer, and what it has sent. */
export class SdkUnderTest {
  readonly chunks: SpanChunk[] = [];
  readonly errors: unknown[] = [];
  waitingCount = 0;
  readonly contextManager: SpoorContextManager = new SpoorContextManager();
  readonly provider: SpoorTracerProvider;
  readonly tracer: Tracer;

  constructor(options: Partial<TracerProviderOptions> = {}) {
    this.provider = new SpoorTracerProvider({
      sampler: parentBased({ root: alwaysOn }),
      contextManager: this.contextManager,
      onError: (error) => this.errors.push(error),
      sink: {
        accept: (chunk) => this.chunks.push(chunk),
        spansWaiting: () => {
          this.waitingCount += 1;
        },
      },
      ...options,
    });
    this.tracer = this.provider.getTracer("test", "1.0");
  }

  /** Every finished span, in the order in which they ended. */
  spans(): Span[] {
    this.provider.seal();
    const batch = new SpanBatch();
    const ledger = new LossLedger();
    for (const chunk of this.chunks) {
      const result = decodeTracesProtobuf(requestOf(chunk), batch, ledger);
      if (result.malformed !== undefined) throw new Error("the bytes cannot be decoded");
      if (result.problems.length > 0) throw new Error(result.problems.join("; "));
    }
    return [...spansOf(batch)];
  }

  /** The only finished span. */
  span(): Span {
    const [span, ...others] = this.spans();
    if (span === undefined || others.length > 0) throw new Error(`${others.length + 1} spans`);
    return span;
  }

  /** Makes our manager the one of the API, until it is disposed of. */
  registerContext(): Disposable {
    context.disable();
    context.setGlobalContextManager(this.contextManager);
    return { [Symbol.dispose]: () => context.disable() };
  }
}

/** A chunk as a whole OTLP request without a resource. */
export function requestOf({ bytes }: SpanChunk): Uint8Array {
  // ResourceSpans.scope_spans is field 2 and ExportTraceServiceRequest.resource_spans field 1.
  return framed(0x0a, framed(0x12, bytes));
}

function framed(fieldTag: number, message: Uint8Array): Uint8Array {
  const head = [fieldTag];
  let rest = message.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  head.push(rest);
  const bytes = new Uint8Array(head.length + message.length);
  bytes.set(head);
  bytes.set(message, head.length);
  return bytes;
}
