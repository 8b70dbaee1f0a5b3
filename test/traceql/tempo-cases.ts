/*
 * The published end-to-end cases: queries about one trace, and what each is to find.
 *
 * They are read from the test of Go in which they stand as literals. What that test makes by
 * statements (tag searches as queries, conditions that are true or false for a span) is made here.
 */
import { type AttributeValue, type Span, spanKindName, statusCodeName } from "@spoor/trace";
import { field, goNames, listOf, ownSpanId, textOf } from "./tempo-fixture.ts";
import {
  type GoNames,
  type GoObject,
  type GoSource,
  type GoValue,
  goText,
  isList,
} from "./go-source.ts";

/** What is to be asked, and the answer. */
export interface SearchCase {
  readonly group: string;
  readonly query: string;
  /** Seconds since 1970 as the fixture has them; 0 for no bound. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Whether the trace is found. */
  readonly isFound: boolean;
  /** The spans that are found, where that is said. */
  readonly groups?: readonly ExpectedGroup[];
  /** Whether the root is among the spans that are found, where only that is said. */
  readonly findsRoot?: boolean;
}

/** Spans that are found together. */
export interface ExpectedGroup {
  readonly spanCount: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly spans: readonly ExpectedSpan[];
}

/** A span that is found; of its fields those that the case names. */
export interface ExpectedSpan {
  readonly spanId: string;
  readonly durationNano: number;
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What is to be listed for the spans that a query finds. */
export interface ListCase {
  readonly name: string;
  readonly query: string;
  /** A field whose values are listed; undefined for the names of attributes. */
  readonly fieldName: string | undefined;
  readonly expected: readonly string[];
}

/** What the cases know of the trace. */
export interface CaseFacts {
  readonly traceId: string;
  readonly spans: readonly Span[];
  /** From 0 to below 1, the same sequence for the same cases. */
  readonly random: () => number;
}

const SEARCHES = ["searchesThatMatch", "searchesThatDontMatch"];

/** Every case about the spans that are found. */
export function searchCases(source: GoSource, facts: CaseFacts): SearchCase[] {
  const suite = new Map(tagSearches(source, facts));
  return [
    ...plainCases(source, "traceQLRunner", { facts, suite }),
    ...randomCases(source, facts),
    ...plainCases(source, "traceQLNilRunner", { facts }),
    ...groupedCases(source, "groupTraceQLRunner", facts),
    ...groupedCases(source, "traceQLStructural", facts),
    ...groupedCases(source, "nestedSet", facts),
    ...existenceCases(source, facts),
    ...plainCases(source, "traceQLDuration", { facts }),
    ...plainCases(source, "runEventLinkInstrumentationSearchTest", { facts }),
  ];
}

/** Cases of which only is said whether the trace is found. */
function plainCases(
  source: GoSource,
  group: string,
  { facts, suite = new Map() }: { readonly facts: CaseFacts; readonly suite?: GoNames },
): SearchCase[] {
  const names = namesFor(source, facts);
  for (const list of SEARCHES) names.set(list, suite.get(list) ?? []);
  const wanted = [
    "parentID",
    "parentIDQuery",
    "quotedAttributesThatMatch",
    "quotedAttributesThatDontMatch",
    "quotedAttributesThaDonttMatch",
    "optimizedSearchesThatMatch",
    "optimizedSearchesThatDontMatch",
    ...SEARCHES,
  ];
  for (const _ of source.assignments(group, wanted, names)) continue;
  return SEARCHES.flatMap((list, index) =>
    elements(names.get(list)).map((request) => caseOf(group, request, index === 0)),
  );
}

/** The same with conditions that are picked at random out of those that are true, or false. */
export function randomCases(source: GoSource, facts: CaseFacts): SearchCase[] {
  const { trueBySpan, allFalse } = conditionsOf(facts);
  const names = namesFor(source, facts)
    .set("trueConditionsBySpan", trueBySpan)
    .set("falseConditions", allFalse)
    .set("durationBySpan", facts.spans.map(durationOf))
    .set("totalSpans", facts.spans.length)
    .set("math.Min64", (...values) => Math.min(...values.map(Number)))
    .set("math.Max64", (...values) => Math.max(...values.map(Number)))
    .set("rando", (list = null) => elements(list)[pick(facts, elements(list).length)] ?? null);
  const group = "advancedTraceQLRunner";
  return Array.from(source.assignments(group, SEARCHES, names), ([list, requests]) =>
    elements(requests).map((request) => caseOf(group, request, list === SEARCHES[0])),
  ).flat();
}

/** Cases of which every span is said. */
function groupedCases(source: GoSource, group: string, facts: CaseFacts): SearchCase[] {
  const assigned = source.assignments(group, SEARCHES, namesFor(source, facts));
  return Array.from(assigned, ([list, cases]) =>
    elements(cases).map((one): SearchCase => {
      if (list !== SEARCHES[0]) return caseOf(group, one, false);
      const spanSets = elements(field(one, "expected")).flatMap((trace) =>
        listOf(trace, "SpanSets"),
      );
      return withGroups(caseOf(group, field(one, "req"), true), spanSets.map(groupOf));
    }),
  ).flat();
}

function withRoot(known: SearchCase, findsRoot: boolean): SearchCase {
  return { ...known, findsRoot };
}

function withGroups(known: SearchCase, groups: readonly ExpectedGroup[]): SearchCase {
  return { ...known, groups };
}

/** One group of some spans of the fixture. */
function groupOfSpans(spans: readonly Span[]): ExpectedGroup {
  const expected = spans.map((span) => ({
    spanId: span.spanId,
    durationNano: durationOf(span),
    name: "",
    fields: {},
  }));
  return { spanCount: spans.length, labels: {}, spans: expected };
}

function groupOf(spanSet: GoValue): ExpectedGroup {
  return {
    spanCount: Number(field(spanSet, "Matched")),
    labels: textsOf(spanSet),
    spans: listOf(spanSet, "Spans").map((span) => ({
      spanId: ownSpanId(textOf(field(span, "SpanID"))),
      durationNano: Number(field(span, "DurationNanos")),
      name: textOf(field(span, "Name")),
      fields: textsOf(span),
    })),
  };
}

/** Attributes as texts: `{Key: "a", Value: &AnyValue{Value: &AnyValue_IntValue{IntValue: 1}}}`. */
function textsOf(owner: GoValue): Readonly<Record<string, string>> {
  return Object.fromEntries(
    listOf(owner, "Attributes").map((pair) => {
      const any = field(field(pair, "Value"), "Value");
      const [value] = Object.values(isObject(any) ? any : {});
      return [textOf(field(pair, "Key")), goText(value)];
    }),
  );
}

/** Whether something is there, and that it is judged in one way alone and beside a relation. */
function existenceCases(source: GoSource, facts: CaseFacts): SearchCase[] {
  const group = "traceQLExistence";
  const names = namesFor(source, facts).set("intrinsicName", "name");
  const assigned = source.assignments(group, [...SEARCHES, "conditions"], names);
  return Array.from(assigned, ([list, cases]) =>
    elements(cases).flatMap((one): SearchCase[] => {
      if (list === SEARCHES[1]) return [caseOf(group, one, false)];
      if (list === SEARCHES[0])
        return [existing(caseOf(group, field(one, "req"), true), one, facts)];
      const condition = textOf(field(one, "condition"));
      const findsRoot = field(one, "containsRootSpan") === true;
      return [`{ .child } < { ${condition} }`, `{ ${condition} }`].map((Query) =>
        withRoot(caseOf(group, { Query }, findsRoot), findsRoot),
      );
    }),
  ).flat();
}

/** Every span that has the key, and no other. */
function existing(known: SearchCase, one: GoValue, { spans }: CaseFacts): SearchCase {
  const key = textOf(field(field(one, "expected"), "key"));
  const isIntrinsic = key === "name" || key === "duration";
  const having = spans.filter(
    ({ attributes, resource }) =>
      isIntrinsic || attributes.has(key) || resource.attributes.has(key),
  );
  return withGroups(known, [groupOfSpans(having)]);
}

/** Cases by an id that is shorter than others, with and without its zeros. */
export function shortIdCases(source: GoSource, facts: CaseFacts): SearchCase[] {
  const group = "TestSearchByShortTraceID";
  const short = facts.traceId.replace(/^0+/u, "");
  return [short, facts.traceId].flatMap((traceID) => {
    const names = namesFor(source, facts).set("traceID", traceID);
    return Array.from(source.assignments(group, ["spanID", "req"], names))
      .filter(([variable]) => variable === "req")
      .map(([, request]): SearchCase => {
        const known = caseOf(group, request, true);
        const [, spanId] = /span:id!?="(\w+)"/u.exec(known.query) ?? [];
        const isOther = known.query.includes("!=");
        if (spanId === undefined) return caseOf(group, request, !isOther);
        const spans = facts.spans.filter((span) => (span.spanId === spanId) !== isOther);
        return withGroups(known, [groupOfSpans(spans)]);
      });
  });
}

/** Cases about values of fields, and about names of attributes. */
export function listCases(source: GoSource, facts: CaseFacts): ListCase[] {
  const names = namesFor(source, facts)
    .set("traceql.AttributeScopeResource", "resource")
    .set("traceql.AttributeScopeSpan", "span")
    .set("traceql.NewAttribute", (name = "") => name)
    .set(
      "traceql.NewScopedAttribute",
      (scope = "", _ = null, name = "") => `${goText(scope)}.${goText(name)}`,
    );
  const [[, values] = []] = source.assignments("tagValuesRunner", ["tcs"], names);
  const [[, keys] = []] = source.assignments("tagNamesRunner", ["tcs"], names);
  return [
    ...elements(values).map((one) => ({
      name: textOf(field(one, "name")),
      query: textOf(field(one, "query")),
      fieldName: textOf(field(one, "tag")),
      expected: listOf(one, "expected").map((value) => textOf(field(value, "Value"))),
    })),
    ...elements(keys).map((one) => ({
      name: `names: ${textOf(field(one, "name"))}`,
      query: textOf(field(one, "query")),
      fieldName: undefined,
      expected: Object.entries(field(one, "expected") ?? {}).flatMap(([scope, list]) =>
        elements(list).map((key) => `${scope}.${textOf(key)}`),
      ),
    })),
  ];
}

/** Searches for tags and durations, as queries. */
function tagSearches(source: GoSource, facts: CaseFacts): (readonly [string, GoValue])[] {
  const names = namesFor(source, facts).set("makeReq", (key = "", value = "") => ({
    Tags: { [goText(key)]: value },
  }));
  return Array.from(source.assignments("searchTestSuite", SEARCHES, names), ([list, requests]) => [
    list,
    elements(requests).map((request) =>
      Object.assign({}, isObject(request) ? request : {}, { Query: tagQuery(request) }),
    ),
  ]);
}

function tagQuery(request: GoValue): string {
  const tags = field(request, "Tags");
  const [longest, shortest] = [field(request, "MaxDurationMs"), field(request, "MinDurationMs")];
  const conditions = [
    ...Object.entries(isObject(tags) ? tags : {}).map(([key, value]) =>
      tagCondition(key, goText(value)),
    ),
    ...(longest === undefined ? [] : [`duration < ${goText(longest)}ms`]),
    ...(shortest === undefined ? [] : [`duration > ${goText(shortest)}ms`]),
  ];
  return `{${conditions.join(" && ")}}`;
}

function tagCondition(key: string, value: string): string {
  if (key === "status.code") return `status = ${value}`;
  if (key === "http.status_code") return `.${key} = ${value}`;
  const name = key.replace(/^root\./u, "");
  return `${name === "name" ? name : `.${name}`} = "${value}"`;
}

/** Conditions that hold for one span each, and conditions that hold for none. */
function conditionsOf(facts: CaseFacts): {
  readonly trueBySpan: readonly (readonly string[])[];
  readonly allFalse: readonly string[];
} {
  const trueBySpan: string[][] = [];
  const word = (): string => `word-${pick(facts, 1e9)}`;
  const allFalse = [`name=\`${word()}\``, "duration>3h", `rootServiceName=\`${word()}\``];
  for (const span of facts.spans) {
    const own = [
      `name=\`${span.name}\``,
      `duration=${durationOf(span)}ns`,
      `status=${statusCodeName(span.status.code)}`,
      `kind=${spanKindName(span.kind)}`,
      "traceDuration=2000ms",
      "rootServiceName=`RootService`",
      "rootName=`RootSpan`",
    ];
    const scopes = [
      ["span", span.attributes],
      ["resource", span.resource.attributes],
    ] as const;
    for (const [scope, attributes] of scopes) {
      for (const [key, value] of attributes) {
        const named = /^[\w.-]+$/u.test(key) ? key : JSON.stringify(key);
        const literal = literalOf(value);
        for (const name of [`${scope}.${named}`, `.${named}`]) {
          own.push(`${name}=${literal}`);
          if (typeof value === "boolean") own.push(`${name}!=${String(!value)}`);
          if (typeof value === "string") own.push(`${name}!=\`${word()}\``);
          if (typeof value === "string") allFalse.push(`${name}=\`${word()}\``);
          if (typeof value === "bigint") allFalse.push(`${name}=${20_000 + pick(facts, 1_000)}`);
        }
      }
    }
    trueBySpan.push(own);
  }
  return { trueBySpan, allFalse };
}

function literalOf(value: AttributeValue): string {
  if (typeof value === "string") return `\`${value}\``;
  return typeof value === "bigint" || typeof value === "boolean" ? String(value) : "nil";
}

function caseOf(group: string, request: GoValue | undefined, isFound: boolean): SearchCase {
  return {
    group,
    query: textOf(field(request, "Query")),
    fromSeconds: Number(field(request, "Start") ?? 0),
    toSeconds: Number(field(request, "End") ?? 0),
    isFound,
  };
}

function namesFor(source: GoSource, { traceId }: CaseFacts): GoNames {
  return goNames(source)
    .set("fmt.Sprintf", sprintf)
    .set("append", (list = [], ...more) => [...elements(list), ...more])
    .set("util.SpanIDToHexString", (bytes = []) =>
      elements(bytes)
        .map((byte) => Number(byte).toString(16).padStart(2, "0"))
        .join("")
        .padStart(16, "0"),
    )
    .set("wantIDText", traceId)
    .set("wantMeta.TraceID", traceId);
}

function sprintf(format: GoValue = "", ...values: GoValue[]): string {
  let next = 0;
  return goText(format).replaceAll(/%([svdqt])/gu, (_, verb: string) => {
    const value = values[next++] ?? "";
    return verb === "q" ? JSON.stringify(value) : goText(value);
  });
}

function elements(value: GoValue | undefined): readonly GoValue[] {
  return isList(value) ? value : [];
}

function isObject(value: GoValue | undefined): value is GoObject {
  return typeof value === "object" && value !== null && !isList(value);
}

function pick({ random }: CaseFacts, count: number): number {
  return Math.floor(random() * count);
}

function durationOf(span: Span): number {
  return Number(span.endTimeUnixNano - span.startTimeUnixNano);
}
