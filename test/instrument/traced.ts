/*
 * Loaded before an application with `--import`: traces it, and sends each finished span, each
 * finding and each log record to the parent process. What is tested is what makes the spans, so
 * there is no exporter here.
 *
 * TEST_TRACING holds the settings that differ from the defaults, as JSON.
 */
import { context, propagation, trace } from "@opentelemetry/api";
import {
  alwaysOff,
  alwaysOn,
  parentBased,
  type ReadableSpan,
  SpoorContextManager,
  SpoorTracerProvider,
  W3cPropagator,
} from "@spoor/sdk";
import {
  connectionRegistry,
  DEFAULT_INSTRUMENTATION_SETTINGS,
  Doctor,
  Findings,
  type InstrumentationSettings,
  startInstrumentations,
} from "@spoor/sdk/instrument";
import { systemClock } from "@spoor/trace";
import type { ProcessMessage, SeenSpan } from "./messages.ts";

interface TestSettings extends InstrumentationSettings {
  readonly isUnsampled?: boolean;
}

// Written by run-apps.ts.
const given = JSON.parse(process.env["TEST_TRACING"] ?? "{}") as Partial<TestSettings>;
const settings: TestSettings = { ...DEFAULT_INSTRUMENTATION_SETTINGS, ...given };

function tell(message: ProcessMessage): void {
  process.send?.(message);
}

const contextManager = new SpoorContextManager();
context.setGlobalContextManager(contextManager);
propagation.setGlobalPropagator(new W3cPropagator());
const provider = new SpoorTracerProvider({
  sink: { accept() {}, spansWaiting() {} },
  sampler: settings.isUnsampled === true ? alwaysOff : parentBased({ root: alwaysOn }),
  contextManager,
  processors: [
    {
      onStart() {},
      onEnd: (span) => tell({ span: seen(span) }),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ],
});
trace.setGlobalTracerProvider(provider);

const clock = systemClock;
const findings = new Findings({ clock, print: (line) => process.stderr.write(`spoor: ${line}\n`) });
findings.onFinding = () => {
  for (const { code, subject, sentence } of findings.takeUnsent()) {
    tell({ finding: { code, subject, sentence } });
  }
};
const doctor = new Doctor(
  { provider, openSpans: () => provider.openSpans(), deliveredCount: () => 1 },
  { findings, clock },
);

provider.observer = doctor;

const hooked = startInstrumentations(settings, {
  provider,
  clock,
  findings,
  exportLogs: (events) => {
    for (const event of events) {
      const { body, severityText, traceId, spanId, scopeName } = event;
      tell({
        log: {
          body: typeof body === "string" ? body : "",
          severityText,
          traceId,
          spanId,
          scopeName,
          attributes: Object.fromEntries(event.attributes),
        },
      });
    }
  },
});
tell({ hooked });

/** For applications that ask what is known of their connections. */
Object.assign(globalThis, { connectionRegistry });

function seen(span: ReadableSpan): SeenSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    process: process.pid,
    traceId,
    spanId,
    isSampled: traceFlags % 2 === 1,
    parentSpanId: span.parentSpanContext?.spanId ?? "",
    name: span.name,
    kind: span.kind,
    scope: span.instrumentationScope.name,
    attributes: { ...span.attributes },
    statusCode: span.status.code,
    eventNames: span.events.map(({ name }) => name),
    linkedSpanIds: span.links.map((link) => link.context.spanId),
  };
}
