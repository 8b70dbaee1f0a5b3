/*
 * The published end-to-end cases, asked of a real server over its API.
 *
 * A case that is answered otherwise stands in EXCEPTIONS with its reason; one that stands there and
 * is answered as published fails too.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encodeTracesProtobuf } from "@spoor/otlp";
import type {
  FoundGroupDocument,
  GroupsAnswer,
  QueryRangeAnswer,
  TraceSearchAnswer,
} from "@spoor/trace";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { wholeTrace } from "../stored-trace.ts";
import { GoSource } from "./go-source.ts";
import {
  type CaseFacts,
  type ExpectedGroup,
  listCases,
  randomCases,
  type SearchCase,
  searchCases,
  shortIdCases,
} from "./tempo-cases.ts";
import { fixtureSpans } from "./tempo-fixture.ts";
import { tempoFile } from "./tempo-source.ts";

const TRACE_ID = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const SHORT_TRACE_ID = "00000000000000005e1f60718293a4b5";
const ROUNDS = 3;

const PLACED =
  "a span whose parent never arrived has its place in the tree, as a root of its own: decision 33";

const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ["{} 1001-1002", "a span is found in the interval in which it started: decision 31"],
  ["{  } !~ {  }", PLACED],
  ["{ name = `BrokenSpan` } | select(nestedSetRight, nestedSetLeft, nestedSetParent)", PLACED],
  ["{ nestedSetParent = -1 } | select(name)", PLACED],
  [
    "unscoped not supported",
    "a condition without a scope is a condition: the values are those of the spans it finds",
  ],
  [
    "no filtering all service.names",
    "lists the services of random traces of that test too, which are not part of the file",
  ],
  [
    "names: no matches",
    "lists the columns of that store, whatever the query: here what is not found has no names",
  ],
]);

const file = await tempoFile("tempodb/tempodb_search_test.go");
const skip = "missing" in file ? file.missing : false;
const source = new GoSource("missing" in file ? "" : file.text);

// The fixture happened in 1970, where nothing is kept any more: an hour ago instead.
const shiftSeconds = Math.floor(Date.now() / 1000) - 3_600 - 1_000;
const shiftNano = BigInt(shiftSeconds) * 1_000_000_000n;

let spoor: SpoorProcess;
let facts: CaseFacts;
let shortFacts: CaseFacts;

before(async () => {
  if (skip !== false) return;
  spoor = await startSpoor();
  facts = factsOf(TRACE_ID, 1);
  shortFacts = factsOf(SHORT_TRACE_ID, 2);
  for (const { spans, traceId } of [facts, shortFacts]) {
    const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(encodeTracesProtobuf(spans)),
    });
    assert.equal(await response.text(), "");
    assert.equal((await wholeTrace(spoor, traceId)).trace.spans.length, 4);
  }
});
after(() => spoor?.stop());

function factsOf(traceId: string, seed: number): CaseFacts {
  let state = seed;
  const random = (): number => {
    // Numerical Recipes' generator: repeatable is all that is wanted.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { traceId, random, spans: fixtureSpans(source, { traceId, shiftNano }) };
}

/** A moment of the fixture as it is here. */
function seconds(value: number): string {
  return (BigInt(value) * 1_000_000_000n + shiftNano).toString();
}

async function ask<Answer>(path: string, parameters: Record<string, string>): Promise<Answer> {
  const url = `${spoor.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
  const response = await fetch(url);
  const text = await response.text();
  assert.equal(response.status, 200, `${parameters["q"]}: ${text}`);
  // The server under test is the one that defines this answer.
  return JSON.parse(text) as Answer;
}

/** What is wrong with the answer; undefined for nothing. */
async function fault(one: SearchCase, { traceId }: CaseFacts): Promise<string | undefined> {
  const answer = await ask<TraceSearchAnswer>("search", {
    q: one.query,
    spans: "100",
    ...(one.fromSeconds === 0 ? {} : { from: seconds(one.fromSeconds) }),
    ...(one.toSeconds === 0 ? {} : { to: seconds(one.toSeconds) }),
  });
  assert.equal(answer.complete, true, one.query);
  const trace = answer.traces.find((found) => found.traceId === traceId);
  const root = facts.spans[1]?.spanId;
  if (one.findsRoot !== undefined) {
    const ids = trace?.groups.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)) ?? [];
    return ids.includes(root ?? "") === one.findsRoot ? undefined : `found ${ids.join(" ")}`;
  }
  if ((trace !== undefined) !== one.isFound) return one.isFound ? "not found" : "found";
  if (trace === undefined) return undefined;
  const summary = [trace.startTimeUnixNano, trace.durationNano, trace.rootService, trace.rootName];
  assert.deepEqual(summary.map(String), [seconds(1_000), "2000000000", "RootService", "RootSpan"]);
  return one.groups && groupsFault(trace.groups, one.groups, one.query);
}

function groupsFault(
  found: readonly FoundGroupDocument[],
  expected: readonly ExpectedGroup[],
  query: string,
): string | undefined {
  const selected = /select\(([^)]*)\)/u.exec(query)?.[1]?.split(", ") ?? [];
  const fields = new Set(selected.filter((name) => name !== "name"));
  const own = found.map(({ spanCount, labels, spans }) => ({
    spanCount,
    labels: Object.fromEntries(
      labels.map(({ name, text, type }) => [name, type === "nil" ? "nil" : text]),
    ),
    spans: spans
      .map((span) => ({
        spanId: span.spanId,
        durationNano: Number(span.durationNano),
        name: selected.includes("name") ? span.name : "",
        fields: Object.fromEntries(
          span.fields.filter(({ name }) => name !== "name").map(({ name, text }) => [name, text]),
        ),
      }))
      .toSorted(byId),
  }));
  const theirs = expected.map(({ spanCount, labels, spans }) => ({
    spanCount,
    labels,
    spans: spans
      .map((span) => ({
        ...span,
        name: selected.includes("name") ? span.name : "",
        // They also tell what a condition looked at.
        fields: Object.fromEntries(
          Object.entries(span.fields).filter(([name]) => fields.has(name)),
        ),
      }))
      .toSorted(byId),
  }));
  const texts = [own, theirs].map((groups) =>
    groups.map((group) => JSON.stringify(group, sortedKeys)).toSorted(),
  );
  const [ownTexts, theirTexts] = texts.map((lines) => lines.join("\n"));
  return ownTexts === theirTexts ? undefined : `${ownTexts}\n  expected ${theirTexts}`;
}

function byId(a: { readonly spanId: string }, b: { readonly spanId: string }): number {
  return a.spanId < b.spanId ? -1 : 1;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function sortedKeys(_: string, value: unknown): unknown {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? Object.fromEntries(Object.entries(value).toSorted(byName)) : value;
}

test("each published search finds the spans that it should", { skip }, async (context) => {
  const counts = new Map<string, { asked: number; excepted: number }>();
  const faults: string[] = [];
  const cases = [
    ...searchCases(source, facts).map((one) => ({ one, of: facts })),
    ...shortIdCases(source, shortFacts).map((one) => ({ one, of: shortFacts })),
  ];
  for (const { one, of } of cases) {
    const count = counts.get(one.group) ?? { asked: 0, excepted: 0 };
    counts.set(one.group, count);
    count.asked += 1;
    const name = caseName(one);
    const found = await fault(one, of);
    const reason = EXCEPTIONS.get(name);
    if (reason !== undefined) count.excepted += 1;
    if (reason === undefined && found !== undefined) faults.push(`${name}\n  ${found}`);
    if (reason !== undefined && found === undefined) faults.push(`${name}\n  is no exception`);
  }
  for (const [group, { asked, excepted }] of counts) {
    context.diagnostic(`${group}: ${asked} asked, ${excepted} of them excepted`);
  }
  assert.deepEqual(faults, []);
});

function caseName({ query, fromSeconds, toSeconds }: SearchCase): string {
  return fromSeconds === 0 && toSeconds === 0 ? query : `${query} ${fromSeconds}-${toSeconds}`;
}

test("conditions picked at random find what they should", { skip }, async (context) => {
  let asked = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of randomCases(source, facts)) {
      assert.equal(await fault(one, facts), undefined, one.query);
      asked += 1;
    }
  }
  context.diagnostic(`${asked} asked`);
});

test(
  "each published list of values and names is that of the spans found",
  { skip },
  async (context) => {
    const cases = listCases(source, facts);
    const window = {
      from: (shiftNano + 999_000_000_000n).toString(),
      to: (shiftNano + 1_010_000_000_000n).toString(),
    };
    for (const { name, query, fieldName, expected } of cases) {
      const listed =
        fieldName === undefined
          ? await namesOf(query, window)
          : (await ask<GroupsAnswer>("groups", { q: query, by: fieldName, ...window })).groups.map(
              ({ value }) => value.text,
            );
      const isEqual = listed.toSorted().join("\n") === expected.toSorted().join("\n");
      assert.equal(isEqual, !EXCEPTIONS.has(name), `${name}: ${listed.join(", ")}`);
    }
    const excepted = cases.filter(({ name }) => EXCEPTIONS.has(name)).length;
    context.diagnostic(`${cases.length} asked, ${excepted} of them excepted`);
  },
);

/** Attributes of the spans found, and of their resources. */
async function namesOf(query: string, window: Record<string, string>): Promise<string[]> {
  const { series } = await ask<QueryRangeAnswer>("query-range", {
    q: `${query} | compare({ true })`,
    step: "1m",
    ...window,
  });
  const names = series.flatMap(({ labels }) => labels.map((label) => label.name));
  return [...new Set(names)].filter((name) => /^(?:span|resource)\./u.test(name));
}
