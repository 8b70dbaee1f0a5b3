import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import {
  type AttributeValue,
  plainSpan,
  type Span,
  SpanKind,
  StatusCode,
  toTraceDocument,
} from "@spoor/trace";
import { otlpJson } from "./otlp-json.ts";
import { FileProblem, readTraceFile, type TraceFile } from "./trace-file.ts";

function fileOf(content: string | Uint8Array, name: string = "trace.json"): File {
  return new File([typeof content === "string" ? content : new Uint8Array(content)], name);
}

async function read(content: unknown): Promise<TraceFile> {
  return await readTraceFile(
    fileOf(typeof content === "string" ? content : JSON.stringify(content)),
  );
}

async function refusal(content: unknown): Promise<string> {
  try {
    await read(content);
  } catch (error) {
    assert.ok(error instanceof FileProblem, String(error));
    return error.message;
  }
  return "";
}

const [A, B] = ["a".repeat(16), "b".repeat(16)];

function span(spanId: string, fields: Partial<Span>): Span {
  return plainSpan({ traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId, ...fields });
}

function spanIdsOf({ traces }: TraceFile): string[] {
  return traces.flatMap(({ spans }) => spans.map(({ spanId }) => spanId));
}

const RESOURCE = {
  attributes: new Map<string, AttributeValue>([["service.name", "shop"]]),
  droppedAttributesCount: 0,
  schemaUrl: "https://opentelemetry.io/schemas/1.37.0",
  entityRefs: [],
};

const SPANS: readonly Span[] = [
  span(A, { resource: RESOURCE, kind: SpanKind.server, startTimeUnixNano: 10n }),
  span(B, {
    resource: RESOURCE,
    parentSpanId: A,
    name: "b",
    startTimeUnixNano: 1_795_356_191_123_456_789n,
    endTimeUnixNano: 1_795_356_191_123_456_790n,
    status: { code: StatusCode.error, message: "no" },
    attributes: new Map<string, AttributeValue>([
      ["int", 9_007_199_254_740_993n],
      ["list", ["one", 2n]],
    ]),
    events: [{ timeUnixNano: 11n, name: "e", attributes: new Map(), droppedAttributesCount: 0 }],
  }),
];

test("what is copied as OTLP JSON is the same trace when it is dropped again", async () => {
  const { traces, problems } = await read(otlpJson(SPANS));
  assert.deepEqual(traces, [{ traceId: SPANS[0]?.traceId, spans: SPANS }]);
  assert.deepEqual(problems, []);
});

test("a trace as the API gives it, alone or within its answer, is read to the last field", async () => {
  const trace = toTraceDocument({ traceId: SPANS[0]?.traceId ?? "", spans: SPANS });
  for (const content of [trace, { trace, complete: true }, [trace]]) {
    const { traces } = await read(content);
    assert.deepEqual(traces[0]?.spans, SPANS);
  }
});

test("a document in each line, and a file that gzip has compressed, are read", async () => {
  const lines = SPANS.map((each) => otlpJson([each])).join("\n");
  assert.deepEqual(spanIdsOf(await read(`\n${lines}\n`)), [A, B]);
  const compressed = await readTraceFile(fileOf(gzipSync(lines), "trace.jsonl.gz"));
  assert.deepEqual(spanIdsOf(compressed), [A, B]);
});

test("a file that holds no trace is refused with where and why", async () => {
  assert.match(await refusal("  "), /^it is empty$/);
  assert.match(await refusal("{ not json"), /^it is no JSON: /);
  assert.match(await refusal(`${otlpJson(SPANS)}\n{"resourceSpans"`), /^line 2 is no JSON: /);
  assert.match(await refusal({ spans: 3 }), /^the document is neither OTLP JSON /);
  assert.match(await refusal(3), /^the document is neither OTLP JSON /);
  assert.match(await refusal([{ resourceSpans: [] }, 1]), /^item 2 of the document is neither /);
  assert.match(await refusal({ resourceSpans: [] }), /^there is no span in it$/);
  assert.match(await refusal({ resourceSpans: 7 }), /^the document: .*resourceSpans/);
});

test("a span without a usable id is left out and told of, the others stay", async () => {
  const broken = { traceId: "12", spanId: "zz", name: "odd" };
  const good = { traceId: "a".repeat(32), spanId: "b".repeat(16), name: "good" };
  const document = { resourceSpans: [{ scopeSpans: [{ spans: [broken, good] }] }] };
  const { traces, problems } = await read(document);
  assert.deepEqual(
    traces.map(({ spans }) => spans.map(({ name }) => name)),
    [["good"]],
  );
  assert.equal(problems.length, 1);
});

test("no text makes it fail otherwise than by refusing it", async () => {
  const property = fc.asyncProperty(
    fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((text) => `{"resourceSpans":[{"scopeSpans":[{"spans":[${text}]}]}]}`),
      fc.json().map((text) => `{"data":[{"spans":[${text}],"processes":${text}}]}`),
      fc
        .json()
        .map((text) => `{"traceId":"a","resources":[${text}],"scopes":[{}],"spans":[${text}]}`),
    ),
    async (text) => {
      const why = await refusal(text);
      assert.doesNotMatch(why, /undefined is not|Cannot read prop/);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
