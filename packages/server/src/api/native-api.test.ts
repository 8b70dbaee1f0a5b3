import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { LIST_TRACES_MAX } from "../base/limits.ts";
import {
  batchOf,
  NOW_UNIX_NANO,
  type SpanLiteral,
  spanIdOf,
  testApi,
  traceIdOf,
} from "./api-literal.ts";
import { ROUTES } from "./routes.ts";

/** Two checkouts: a fast one, and one that waited in its database and failed. */
const SPANS: readonly SpanLiteral[] = [
  { id: "11", durationMs: 20, agoMs: 120_000 },
  {
    id: "12",
    parent: "11",
    service: "inventory",
    name: "SELECT",
    durationMs: 5,
    agoMs: 119_995,
    attributes: { "db.system.name": "postgresql", "user.id": "7" },
  },
  { id: "21", durationMs: 2_000, isError: true, attributes: { "user.id": "42" } },
  {
    id: "22",
    parent: "21",
    service: "inventory",
    name: "SELECT",
    durationMs: 1_900,
    agoMs: 59_950,
    attributes: { "db.system.name": "postgresql", "user.id": "42" },
  },
];

function asked(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString();
}

test("the plain form finds traces, and its translation is told", async () => {
  const api = await testApi(SPANS);
  const { status, body } = await api.get(
    `/search?${asked({ q: "service:inventory duration>1s" })}`,
  );
  assert.equal(status, 200);
  assert.equal(body.traceql, '{ resource.service.name = "inventory" && duration > 1s }');
  assert.equal(body.isTranslated, true);
  assert.deepEqual(
    body.traces.map(({ traceId }: { traceId: string }) => traceId),
    [traceIdOf("21")],
  );
  assert.equal(body.traces[0].groups[0].spans[0].spanId, spanIdOf("22"));
  assert.deepEqual(
    [body.complete, body.capped, body.nextPage, body.sampledRate],
    [true, null, null, 1],
  );
  const everything = await api.get("/search");
  assert.deepEqual([everything.body.isTranslated, everything.body.traces.length], [false, 2]);
});

test("pages follow each other without a gap, and a token of another search is refused", async () => {
  const spans = Array.from({ length: 7 }, (_, index) => ({ id: `${index}1`, agoMs: index * 1000 }));
  const api = await testApi(spans);
  const found: string[] = [];
  let page = "";
  for (;;) {
    const { body } = await api.get(`/search?${asked({ limit: "3", page })}`);
    found.push(...body.traces.map(({ traceId }: { traceId: string }) => traceId));
    if (body.nextPage === null) break;
    page = body.nextPage;
  }
  assert.deepEqual(
    found,
    spans.map(({ id }) => traceIdOf(id)),
  );
  const other = await api.get(`/search?${asked({ page, sort: "duration" })}`);
  assert.deepEqual([other.status, other.body.code], [400, "SPOOR_API_PAGE_INVALID"]);
});

test("a mistake in a query is told with its place, carets and what to write", async () => {
  const api = await testApi();
  const { status, body } = await api.get(
    `/search?${asked({ q: "{ duration > 1s &&\n foo = 4 }" })}`,
  );
  assert.deepEqual([status, body.code], [400, "SPOOR_API_QUERY_INVALID"]);
  assert.deepEqual([body.query.line, body.query.column], [2, 2]);
  assert.match(body.query.text, /^2:2: .*\n {3}foo = 4 \}\n {3}\^\^\^\n/u);
  assert.match(body.query.suggestion, /\.foo/u);
  for (const [path, q] of [
    ["search", "{ } | rate()"],
    ["query-range", "{ }"],
    ["heatmap", "{ } | rate()"],
    ["groups", "{ } | rate()"],
  ] as const) {
    const answer = await api.get(`/${path}?${asked({ q })}`);
    assert.equal(answer.body.code, "SPOOR_API_QUERY_INVALID", path);
    assert.notEqual(answer.body.query.suggestion, "", path);
  }
});

test("groups are counted and measured", async () => {
  const api = await testApi(SPANS);
  const { body } = await api.get("/groups?by=name");
  assert.deepEqual(
    body.groups.map((group: Record<string, unknown>) => [
      group["condition"],
      group["spanCount"],
      group["errorCount"],
      group["maxNano"],
    ]),
    [
      ['name = "POST /checkout"', 2, 1, 2e9],
      ['name = "SELECT"', 2, 0, 1.9e9],
    ],
  );
  const wrong = await api.get(`/groups?${asked({ by: "name) | topk(1" })}`);
  assert.equal(wrong.body.code, "SPOOR_API_PARAMETER_INVALID");
});

test("a heat map has every span once, in a bucket that holds its duration", async () => {
  const api = await testApi(SPANS);
  const { body } = await api.get("/heatmap?step=1m");
  assert.deepEqual([body.spanCount, body.stepCount], [4, 60]);
  const of2s = body.cells.find(({ errorCount }: { errorCount: number }) => errorCount === 1);
  assert.ok(2 ** (of2s.bucket / 8) < 2e9 && 2e9 <= 2 ** ((of2s.bucket + 1) / 8), of2s.bucket);
  assert.equal(of2s.step, 59);
});

test("a heat map of what has not ended has no cells and says why", async () => {
  const api = await testApi(SPANS);
  const present = await api.get(`/heatmap?${asked({ q: "state:open" })}`);
  assert.deepEqual([present.status, present.body.ofPresent, present.body.cells], [200, true, []]);
  assert.equal(present.body.traceql, "{ span:state = open }");
  const { body } = await api.get("/heatmap");
  assert.equal(body.ofPresent, false);
});

test("numbers over time have exemplars, and null where there is none", async () => {
  const api = await testApi(SPANS);
  const q = "{ } | max_over_time(duration) by (name) with(exemplars=1)";
  const { body } = await api.get(`/query-range?${asked({ q, step: "1m" })}`);
  const [series] = body.series;
  assert.deepEqual(series.labels, [{ name: "name", type: "string", text: "POST /checkout" }]);
  assert.deepEqual(series.values.slice(-3), [null, 20_000_000, 2_000_000_000]);
  assert.equal(series.exemplars.length, 1);
  const many = await api.get(`/query-range?${asked({ q, step: "1ms" })}`);
  assert.match(many.body.detail, /^step: gives more than/u);
});

test("what is different about the slow spans comes first", async () => {
  const api = await testApi(SPANS);
  const box = { durationMinNano: 1_000_000_000 };
  const { body } = await api.post("/difference", JSON.stringify({ selection: { q: "", box } }));
  assert.deepEqual([body.selectionCount, body.baselineCount], [2, 2]);
  assert.equal(body.keys[0].field, "span.user.id");
  const [first] = body.keys[0].values;
  assert.deepEqual(
    [first.condition, first.selectionShare, first.baselineShare],
    ['span.user.id = "42"', 1, 0],
  );
  const two = { selection: { q: "service:inventory" }, baseline: { q: "service:checkout" } };
  const sides = await api.post("/difference", JSON.stringify(two));
  assert.deepEqual([sides.body.selectionCount, sides.body.baselineCount], [2, 2]);
  for (const wrong of ["", "[]", "{}", '{"selection":{"q":1}}', `{"a":"${"x".repeat(3e5)}"}`]) {
    const answer = await api.post("/difference", wrong);
    assert.equal(answer.status, 400, wrong.slice(0, 40));
  }
});

test("the catalogue tells services, names, keys, values and calls", async () => {
  const api = await testApi(SPANS);
  const { body: services } = await api.get("/services");
  assert.deepEqual(
    services.services.map(({ service }: { service: string }) => service),
    ["checkout", "inventory"],
  );
  const { body: names } = await api.get("/names?service=inventory&prefix=SEL");
  assert.equal(names.names[0].name, "SELECT");
  const { body: keys } = await api.get("/keys?prefix=user&scope=span");
  assert.equal(keys.keys[0].field, "span.user.id");
  const { body: values } = await api.get("/values?key=span.user.id");
  assert.deepEqual(
    values.values.map(({ literal, count }: { literal: string; count: number }) => [literal, count]),
    [
      ['"42"', 2],
      ['"7"', 1],
    ],
  );
  assert.equal((await api.get("/values?key=status")).body.values.length, 3);
  assert.equal((await api.get("/values?key=foo")).body.code, "SPOOR_API_PARAMETER_INVALID");
  const { body: map } = await api.get("/map");
  assert.deepEqual(map.edges[0].callee, "inventory");
  const { body: usual } = await api.get("/baseline?service=inventory&name=SELECT");
  assert.deepEqual([usual.spanCount, usual.sentence], [2, ""], "two are not what is usual");
});

test("what is usual is told by kind, from some spans on", async () => {
  const calls = ["1", "2", "3", "4"].map((id) => ({ id: `${id}1`, name: "GET /", durationMs: 40 }));
  const api = await testApi(calls);
  const operation = { service: "checkout", name: "GET /" };
  const { body } = await api.get(`/baseline?${asked({ ...operation, kind: "server" })}`);
  assert.deepEqual([body.kind, body.spanCount], ["server", 4]);
  assert.match(body.sentence, /^usually (?:39|4[0-2])/u);
  const { body: none } = await api.get(`/baseline?${asked({ ...operation, kind: "client" })}`);
  assert.deepEqual([none.spanCount, none.sentence], [0, ""]);
  const wrong = await api.get(`/baseline?${asked({ ...operation, kind: "waiter" })}`);
  assert.equal(wrong.body.code, "SPOOR_API_PARAMETER_INVALID");
  assert.equal(body.shorterShare, null);
  const shareBelow = async (duration: string): Promise<number> =>
    (await api.get(`/baseline?${asked({ ...operation, duration })}`)).body.shorterShare;
  assert.deepEqual([await shareBelow("1ns"), await shareBelow("1h")], [0, 1]);
});

test("completion offers stored keys and values at the cursor, and words of the language", async () => {
  const api = await testApi(SPANS);
  const texts = async (q: string, cursor = q.length): Promise<string[]> => {
    const { body } = await api.get(`/complete?${asked({ q, cursor: String(cursor) })}`);
    return body.items.map(({ text }: { text: string }) => text);
  };
  assert.deepEqual(await texts("{ span.us"), ["span.user.id"]);
  assert.deepEqual(await texts('{ span.user.id = "4'), ['"42"']);
  assert.deepEqual(await texts("{ status = er"), ["error"]);
  assert.deepEqual(await texts("{ span.us = 3 }", 9), ["span.user.id"]);
});

test("a trace is compared with another and with what is usual", async () => {
  const api = await testApi(SPANS);
  const both = await api.get("/compare?a=1111&b=2222");
  assert.match(both.body.sentence, /^B spends 1\.9s more in SELECT of inventory/u);
  assert.equal(both.body.places[both.body.ranking[0]].name, "SELECT");
  const usual = await api.get("/compare?a=typical&b=2222");
  assert.deepEqual([usual.body.a.traceId, usual.body.a.typicalOf], [traceIdOf("11"), 1]);
  const first = await api.get("/compare?a=typical&b=1111");
  assert.deepEqual([first.status, first.body.code], [404, "SPOOR_API_NOTHING_TYPICAL"]);
  assert.equal((await api.get("/compare?a=typical&b=typical")).status, 400);
});

test("who follows gets a trace that fits when it arrives, and none that does not", async () => {
  const api = await testApi();
  const response = await api.raw(`/tail?${asked({ q: "{ status = error }" })}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await reader?.read())?.value ?? "", /^: following/u);
  await api.store.write(batchOf(SPANS));
  api.stream.changed(Buffer.from(traceIdOf("11") + traceIdOf("21"), "hex"));
  let text = "";
  while (!text.includes("data: ")) text = (await reader?.read())?.value ?? "";
  const { traces, skippedCount } = JSON.parse(text.slice(text.indexOf("data: ") + 6));
  assert.deepEqual(
    [traces.map(({ traceId }: { traceId: string }) => traceId), skippedCount],
    [[traceIdOf("21")], 0],
  );
  await reader?.cancel();
  // Fails by the time-out of the runner when nobody unsubscribes.
  while (api.stream.subscriberCount > 0) await nextTurn();
});

test("a client that goes away stops what is asked of the store, and is no error", async () => {
  const asking = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const api = await testApi(SPANS, (store) =>
    Object.assign(Object.create(store), {
      search: async ({ signal }: { signal: AbortSignal }) => {
        const gone = Promise.withResolvers<never>();
        signal.addEventListener("abort", () => {
          stopped.resolve();
          gone.reject(signal.reason);
        });
        asking.resolve();
        return gone.promise;
      },
    }),
  );
  const server = createAdaptorServer({ fetch: api.fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  const client = new AbortController();
  const { signal } = client;
  const answer = fetch(`http://127.0.0.1:${port}/search`, { signal });
  await asking.promise;
  client.abort();
  await assert.rejects(answer, { name: "AbortError" });
  await stopped.promise;
  await nextTurn();
  assert.deepEqual(api.problems, []);
  server.close();
  await once(server, "close");
});

test("intervals that hold nothing, and unknown parameters, are refused by every route", async () => {
  const api = await testApi(SPANS);
  const now = NOW_UNIX_NANO.toString();
  for (const { path, method, parameters } of ROUTES) {
    if (method !== "get" || path.includes("{")) continue;
    const unknown = await api.get(`${path}?nobody=1`);
    assert.equal(unknown.body.code, "SPOOR_API_PARAMETER_INVALID", path);
    if (!("from" in parameters) || path === "/traces") continue;
    const required = asked({
      q: path === "/query-range" ? "{ } | rate()" : "",
      from: now,
      to: now,
    });
    const given = required.replace(/^q=(?=&)/u, "").replace(/^&/u, "");
    const more = { "/values": "&key=name", "/baseline": "&service=a&name=b" }[path] ?? "";
    const empty = await api.get(`${path}?${given}${more}`);
    assert.match(String(empty.body.detail), /^from, to: the interval is empty/u, path);
  }
  assert.equal((await api.get(`/search?limit=${LIST_TRACES_MAX + 1}`)).status, 400);
});
