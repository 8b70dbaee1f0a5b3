import assert from "node:assert/strict";
import { test } from "node:test";
import { type FindingReport, type OpenSpanReport, SpanKind } from "@spoor/trace";
import { NOW_UNIX_NANO, spanIdOf, type TestApi, testApi, traceIdOf } from "./api-literal.ts";

const ORIGIN = { timeUnixNano: NOW_UNIX_NANO, processStartUnixNano: 1n };

/** Says to the live room that a span has not ended. */
function open(api: TestApi, id: string, fields: Partial<OpenSpanReport> = {}): void {
  const report: OpenSpanReport = {
    kind: "openSpan",
    ...ORIGIN,
    traceId: traceIdOf(id),
    spanId: spanIdOf(id),
    parentSpanId: "",
    flags: 1,
    name: "POST /checkout",
    spanKind: SpanKind.server,
    startTimeUnixNano: NOW_UNIX_NANO - 5_000_000_000n,
    seq: 1,
    snapshot: 1,
    nextMs: 1_000,
    isOverdue: true,
    isCallerGone: false,
    wait: new Map(),
    attributes: new Map(),
    ...fields,
  };
  tell(api, report);
}

function tell(api: TestApi, report: OpenSpanReport | FindingReport): void {
  const from = { service: "checkout", instance: "checkout-1" };
  const news = { kind: "report", from, source: "spoor.span.open", report } as const;
  api.live.take({ items: [news], finished: new Uint8Array() }, []);
}

/** Ids of the spans found, by trace, page by page. */
async function find(api: TestApi, q: string, limit = 20): Promise<string[][]> {
  const found: string[][] = [];
  let page = "";
  do {
    const parameters = new URLSearchParams({ q, limit: limit.toString(), page });
    const { status, body } = await api.get(`/search?${parameters.toString()}`);
    assert.equal(status, 200, JSON.stringify(body));
    for (const { groups } of body.traces) {
      found.push(groups[0].spans.map(({ spanId }: { spanId: string }) => spanId[0]));
    }
    page = body.nextPage ?? "";
  } while (page !== "");
  return found;
}

test("open spans take part in a trace whose other spans have ended", async () => {
  const api = await testApi([
    { id: "12", parent: "11", name: "SELECT", agoMs: 4_000 },
    { id: "21" },
  ]);
  open(api, "11", { wait: new Map([["spoor.wait.kind", "http.unanswered"]]) });
  assert.deepEqual(await find(api, "{ span:state = open }"), [["1"]]);
  assert.deepEqual(await find(api, "{ span:state = open } >> { span:state = ended }"), [["2"]]);
  assert.deepEqual(await find(api, "{ parent:state = open }"), [["2"]]);
  assert.deepEqual(await find(api, '{ span:state != ended && wait.kind =~ "http.*" }'), [["1"]]);
  assert.deepEqual(await find(api, "{ span:state = ended }"), [["2"], ["1"]]);
  assert.deepEqual(await find(api, "{ }"), [["2"], ["1"]], "only what has ended");
});

test("pages with open traces among the others repeat nothing and leave out nothing", async () => {
  const stored = [1, 3, 5, 7].map((trace) => ({ id: `${trace}1`, agoMs: trace * 1_000 }));
  const api = await testApi(stored);
  for (const trace of [2, 4, 6, 8]) {
    const startTimeUnixNano = NOW_UNIX_NANO - BigInt(trace) * 1_000_000_000n;
    open(api, `${trace}${trace}`, { startTimeUnixNano });
  }
  const q = "{ span:state != gone }";
  const all = [["1"], ["2"], ["1"], ["4"], ["1"], ["6"], ["1"], ["8"]];
  for (const limit of [1, 2, 3, 20]) assert.deepEqual(await find(api, q, limit), all);
});

test("what was found wrong about a span is found with it", async () => {
  const api = await testApi([{ id: "11" }, { id: "21" }]);
  tell(api, {
    kind: "finding",
    ...ORIGIN,
    code: "context_lost",
    subject: "src/queue.ts:12",
    severity: "warning",
    sentence: "The context is lost in a callback of the queue.",
    count: 7,
    firstSeenUnixNano: 1n,
    lastSeenUnixNano: 2n,
    traceId: traceIdOf("21"),
    spanId: spanIdOf("21"),
    evidence: new Map(),
  });
  const { body } = await api.get(
    `/search?q=${encodeURIComponent('{ finding.code = "context_lost" && finding.count > 5 }')}`,
  );
  assert.deepEqual(
    body.traces.map(({ traceId }: { traceId: string }) => traceId),
    [traceIdOf("21")],
  );
});

test("no series is made of the present", async () => {
  const api = await testApi();
  for (const q of ["{ span:state = open } | rate()", "{ } | rate() by (finding.code)"]) {
    const { status, body } = await api.get(`/query-range?${new URLSearchParams({ q }).toString()}`);
    assert.deepEqual([status, body.code], [400, "SPOOR_API_QUERY_INVALID"]);
    assert.match(body.detail, /known of the present only/u);
  }
});
