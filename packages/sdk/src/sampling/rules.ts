import type { AttributeValue, SpanKind } from "@opentelemetry/api";
import { alwaysOn, type Sampler, type SpanStart } from "./sampler.ts";

/** Text to compare with: exactly, with `*` for anything, or by a regular expression. */
export type TextPattern = string | RegExp;

/** Spans that a rule is about: all that it says must hold. */
export interface SamplingRule {
  readonly name?: TextPattern;
  readonly kind?: SpanKind;
  /** The route of a request, or its path where the route is not known when the span starts. */
  readonly route?: TextPattern;
  readonly attributes?: Readonly<Record<string, TextPattern | number | boolean>>;
  /** Decides about these spans. */
  readonly sampler: Sampler;
}

/** Where a request says what it is for, best first, with the names of older conventions. */
const ROUTE_KEYS = ["http.route", "url.path", "http.target"] as const;

type Test = (start: SpanStart) => boolean;

/** Asks the sampler of the first rule that holds, or `otherwise` when none does. */
export function rules(list: readonly SamplingRule[], otherwise: Sampler = alwaysOn): Sampler {
  const compiled = list.map((rule) => ({ tests: testsOf(rule), sampler: rule.sampler }));
  return {
    decide(start) {
      const rule = compiled.find(({ tests }) => tests.every((holds) => holds(start)));
      return (rule?.sampler ?? otherwise).decide(start);
    },
    toString() {
      const samplers = compiled.map(({ sampler }) => sampler.toString());
      return `Rules{${[...samplers, otherwise.toString()].join(", ")}}`;
    },
  };
}

function testsOf({ name, kind, route, attributes }: SamplingRule): Test[] {
  const tests: Test[] = [];
  if (kind !== undefined) tests.push((start) => start.kind === kind);
  if (name !== undefined) {
    const matches = matcher(name);
    tests.push((start) => matches(start.name));
  }
  if (route !== undefined) {
    const matches = matcher(route);
    tests.push((start) => matches(routeOf(start)));
  }
  for (const [key, expected] of Object.entries(attributes ?? {})) {
    const isText = typeof expected === "string" || expected instanceof RegExp;
    const matches = isText ? matcher(expected) : (value: unknown) => value === expected;
    tests.push((start) => matches(start.options?.attributes?.[key]));
  }
  return tests;
}

function routeOf({ options }: SpanStart): AttributeValue {
  for (const key of ROUTE_KEYS) {
    const value = options?.attributes?.[key];
    if (typeof value === "string") return value.split("?", 1)[0];
  }
  return undefined;
}

function matcher(pattern: TextPattern): (value: unknown) => boolean {
  if (pattern instanceof RegExp) {
    // A global expression remembers where it stopped.
    const expression = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
    return (value) => typeof value === "string" && expression.test(value);
  }
  if (!pattern.includes("*")) return (value) => value === pattern;
  const escaped = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const expression = new RegExp(`^${escaped.join(".*")}$`, "s");
  return (value) => typeof value === "string" && expression.test(value);
}
