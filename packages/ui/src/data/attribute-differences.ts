/*
 * Which attributes differ between two traces: of their services, of their roots, and of the places
 * that changed most. One span stands for each place, so that a trace of any size can be asked.
 */
import {
  type Attributes,
  attributeText,
  type ComparedPart,
  type ComparisonAnswer,
  fromTraceDocument,
  serviceName,
  type Span,
  type SpansAnswer,
} from "@spoor/trace";
import type { Question } from "./ask.ts";

/** An attribute with another value on each side. */
export interface AttributeDifference {
  /** The service, or the service and the name of the span. */
  readonly where: string;
  readonly key: string;
  /** Empty where there is none. */
  readonly a: string;
  readonly b: string;
}

/** Of so many of the largest changes the spans are looked at. */
const PLACES_LOOKED_AT = 5;

/** The places that are looked at: both sides have a span there. */
function lookedAt({ places, ranking }: ComparisonAnswer): number[] {
  const indexes = new Set(ranking.slice(0, PLACES_LOOKED_AT));
  const services = new Set<string>();
  for (const [index, { service, depth }] of places.entries()) {
    if (depth === 0 || !services.has(service)) indexes.add(index);
    services.add(service);
  }
  return [...indexes].filter((index) => places[index]?.change === "both").sort((x, y) => x - y);
}

/** What to ask of each trace; nothing when they have no place in common. */
export function attributeQuestions(answer: ComparisonAnswer): Question<SpansAnswer>[] {
  const indexes = lookedAt(answer);
  if (indexes.length === 0) return [];
  return (["a", "b"] as const).map((side) => ({
    path: `/api/v1/traces/${answer[side].traceId}/spans`,
    body: JSON.stringify({
      spanIds: indexes.flatMap((index) => firstOf(answer.places[index]?.[side])),
    }),
  }));
}

function firstOf(part: ComparedPart | undefined): string[] {
  return part?.spanIds.slice(0, 1) ?? [];
}

/** What differs; `a` and `b` are the answers to {@link attributeQuestions}. */
export function attributeDifferences(
  answer: ComparisonAnswer,
  a: SpansAnswer,
  b: SpansAnswer,
): AttributeDifference[] {
  const [spansA, spansB] = [a, b].map(
    ({ trace }) => new Map(fromTraceDocument(trace).spans.map((span) => [span.spanId, span])),
  );
  const differences = new Map<string, AttributeDifference>();
  for (const index of lookedAt(answer)) {
    const place = answer.places[index];
    const before = spansA?.get(firstOf(place?.a)[0] ?? "");
    const after = spansB?.get(firstOf(place?.b)[0] ?? "");
    if (before === undefined || after === undefined) continue;
    for (const difference of ofSpans(before, after)) {
      differences.set(`${difference.where}\n${difference.key}`, difference);
    }
  }
  return [...differences.values()];
}

function ofSpans(before: Span, after: Span): AttributeDifference[] {
  const service = serviceName(after.resource);
  return [
    ...ofAttributes(service, before.resource.attributes, after.resource.attributes),
    ...ofAttributes(`${service} ${after.name}`, before.attributes, after.attributes),
  ];
}

function ofAttributes(where: string, before: Attributes, after: Attributes): AttributeDifference[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys]
    .map((key) => ({ where, key, a: textOf(before, key), b: textOf(after, key) }))
    .filter(({ a, b }) => a !== b);
}

function textOf(attributes: Attributes, key: string): string {
  const value = attributes.get(key);
  return value === undefined ? "" : attributeText(value);
}
