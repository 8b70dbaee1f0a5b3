/*
 * Jaeger's published storage benchmark: a million traces of ten spans, each span with 11 attributes
 * out of 97 keys with a thousand values each. Ten services here, of which every trace visits one.
 */
import type { AttributeValue, InstrumentationScope, Resource } from "@spoor/trace";
import { blankDigits } from "./blank.ts";
import { Random } from "./random.ts";
import { NO_SPAN } from "./realistic.ts";
import type { SpanDraft, TemplateParts } from "./template.ts";

const SPANS_PER_TRACE = 10;
const TRACES_PER_REQUEST = 51;
const ATTRIBUTES_PER_SPAN = 11;
/** A prime, so that any step through the keys meets none of them twice. */
const KEY_COUNT = 97;
const SERVICE_COUNT = 10;

const SCOPE: InstrumentationScope = {
  name: "tracegen",
  version: "1",
  attributes: new Map(),
  droppedAttributesCount: 0,
  schemaUrl: "",
};

const RESOURCES: readonly Resource[] = Array.from({ length: SERVICE_COUNT }, (_, index) => ({
  attributes: new Map<string, AttributeValue>([["service.name", `tracegen-${index}`]]),
  droppedAttributesCount: 0,
  schemaUrl: "",
  entityRefs: [],
}));

/** Drafts and requests for `requestCount` requests of 510 spans. */
export function flatParts(seed: number, requestCount: number): TemplateParts {
  const random = new Random(seed);
  const traceCount = requestCount * TRACES_PER_REQUEST;
  const drafts: SpanDraft[] = [];
  for (let trace = 0; trace < traceCount; trace += 1) appendTrace(drafts, trace, random);
  const spansPerRequest = TRACES_PER_REQUEST * SPANS_PER_TRACE;
  return {
    drafts,
    requests: Array.from({ length: requestCount }, (_, request) =>
      Array.from({ length: spansPerRequest }, (_span, span) => request * spansPerRequest + span),
    ),
    traceStarts: Array.from({ length: traceCount }, (_, trace) => trace / traceCount),
  };
}

function appendTrace(drafts: SpanDraft[], trace: number, random: Random): void {
  const root = drafts.length;
  const resource = random.pick(RESOURCES);
  for (let span = 0; span < SPANS_PER_TRACE; span += 1) {
    const durationNano = span === 0 ? 100e6 : 8e6 + random.next(1_000_000);
    drafts.push({
      trace,
      parent: span === 0 ? undefined : root,
      startNano: span === 0 ? 0 : span * 9e6,
      durationNano,
      eventTimesNano: [],
      links: [],
      span: {
        ...NO_SPAN,
        name: span === 0 ? "lets-go" : `step-${span}`,
        kind: span === 0 ? 2 : 3,
        attributes: attributesOf(random),
        resource,
        scope: SCOPE,
      },
    });
  }
}

function attributesOf(random: Random): Map<string, AttributeValue> {
  const first = random.next(KEY_COUNT);
  const step = 1 + random.next(KEY_COUNT - 1);
  return new Map(
    Array.from({ length: ATTRIBUTES_PER_SPAN }, (_, index) => [
      `key-${(first + index * step) % KEY_COUNT}`,
      `value-${blankDigits(3)}`,
    ]),
  );
}
