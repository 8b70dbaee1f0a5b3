import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import {
  type AttributeValue,
  type Span,
  SpanKind,
  StatusCode,
  toTraceDocument,
} from "@spoor/trace";
import { idOf, span } from "../geometry/test-spans.ts";
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

const RESOURCE = {
  attributes: new Map<string, AttributeValue>([["service.name", "shop"]]),
  droppedAttributesCount: 0,
  schemaUrl: "https://opentelemetry.io/schemas/1.37.0",
  entityRefs: [],
};

const SPANS: readonly Span[] = [
  span(idOf("a"), { resource: RESOURCE, kind: SpanKind.server, startTimeUnixNano: 10n }),
  span(idOf("b"), {
    ...{ resource: RESOURCE, parentSpanId: idOf("a"), name: "b" },
    ...{
      startTimeUnixNano: 1_795_356_191_123_456_789n,
      endTimeUnixNano: 1_795_356_191_123_456_790n,
    },
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
  const spans = (file: TraceFile): string[] =>
    file.traces.flatMap((trace) => trace.spans.map(({ spanId }) => spanId));
  assert.deepEqual(spans(await read(`\n${lines}\n`)), [idOf("a"), idOf("b")]);
  const compressed = await readTraceFile(fileOf(gzipSync(lines), "trace.jsonl.gz"));
  assert.deepEqual(spans(compressed), [idOf("a"), idOf("b")]);
});

test("the download of Jaeger's page keeps parents, kinds, statuses, tags and logs", async () => {
  const { traces } = await read({
    data: [
      {
        traceID: "abc",
        spans: [
          {
            ...{ traceID: "abc", spanID: "1", operationName: "GET /", processID: "p1" },
            ...{ startTime: 1_700_000_000_000_001, duration: 5, references: [], logs: [] },
            tags: [{ key: "span.kind", type: "string", value: "server" }],
          },
          {
            ...{ traceID: "abc", spanID: "2", operationName: "SELECT", processID: "p2" },
            ...{ startTime: 1_700_000_000_000_002, duration: 2 },
            references: [
              { refType: "CHILD_OF", traceID: "abc", spanID: "1" },
              { refType: "FOLLOWS_FROM", traceID: "def", spanID: "9" },
            ],
            tags: [
              { key: "error", type: "bool", value: true },
              { key: "otel.status_description", type: "string", value: "gone" },
              { key: "rows", type: "int64", value: 3 },
              { key: "share", type: "float64", value: 0.5 },
            ],
            logs: [
              {
                timestamp: 1_700_000_000_000_003,
                fields: [
                  { key: "event", type: "string", value: "exception" },
                  { key: "exception.message", type: "string", value: "gone" },
                ],
              },
            ],
          },
        ],
        processes: { p1: { serviceName: "web", tags: [] }, p2: { serviceName: "db" } },
      },
    ],
  });
  const [root, call] = traces[0]?.spans ?? [];
  assert.equal(root?.kind, SpanKind.server);
  assert.equal(root?.startTimeUnixNano, 1_700_000_000_000_001_000n);
  assert.equal(call?.traceId, "abc".padStart(32, "0"));
  assert.equal(call?.parentSpanId, "1".padStart(16, "0"));
  assert.equal(call?.endTimeUnixNano, 1_700_000_000_000_004_000n);
  assert.deepEqual(call?.status, { code: StatusCode.error, message: "gone" });
  assert.deepEqual(
    [...(call?.attributes ?? [])],
    [
      ["rows", 3n],
      ["share", 0.5],
    ],
  );
  assert.equal(call?.resource.attributes.get("service.name"), "db");
  assert.equal(call?.events[0]?.name, "exception");
  assert.equal(call?.links[0]?.spanId, "9".padStart(16, "0"));
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
