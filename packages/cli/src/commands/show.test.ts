import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fromTraceDocument, type ProblemDocument, type TraceSummaryDocument } from "@spoor/trace";
import {
  COMPLETE,
  jsonAnswer,
  startTestServer,
  traceAnswer,
  usualAnswer,
} from "../client/test-server.ts";
import { CHECKOUT, START_UNIX_NANO, TRACE_ID } from "../terminal/terminal-literal.ts";
import { createClient } from "../client/spoor-client.ts";
import { errorLines } from "../exit/error-lines.ts";
import { exitOfError } from "../exit/exit-codes.ts";
import { run } from "./run-literal.ts";

const SUMMARY: TraceSummaryDocument = {
  traceId: TRACE_ID,
  rootService: "checkout",
  rootName: "handleCheckout",
  hasRoot: true,
  startTimeUnixNano: START_UNIX_NANO.toString(),
  durationNano: "120000000",
  spanCount: 7,
  errorCount: 0,
  services: ["checkout"],
};

function problem(document: Partial<ProblemDocument>): ReturnType<typeof jsonAnswer> {
  return jsonAnswer(document, {
    status: document.status ?? 500,
    type: "application/problem+json",
  });
}

test("a trace is drawn by its id, with nothing on stderr", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const result = await run(["show", TRACE_ID, "--url", server.url]);
  assert.equal(result.code, 0);
  assert.equal(result.stderr, "");
  assert.match(
    result.stdout,
    /^│ {3}└── postgres\.Query SELECT \* FROM inventory \(27ms\) {2}← slow$/m,
  );
  assert.deepEqual(server.requests, [`/api/v1/traces/${TRACE_ID}`]);
});

test("beside what is marked it is said how long that usually takes", async () => {
  const answer = usualAnswer("usually 4µs", traceAnswer(CHECKOUT, []));
  await using server = await startTestServer(answer);
  const { stdout } = await run(["show", TRACE_ID, "--url", server.url]);
  assert.match(stdout, /inventory \(27ms\) {2}← slow, usually 4µs$/m);
  assert.deepEqual(server.remarks, [
    "/api/v1/baseline?service=checkout&name=stripe.ChargeCreate&kind=internal",
    "/api/v1/baseline?service=checkout&name=postgres.Query&kind=internal",
  ]);
  const ascii = await run(["show", TRACE_ID, "--ascii", "--url", server.url]);
  assert.match(ascii.stdout, /<- slow, usually 4us$/m);
  const count = server.remarks.length;
  await run(["show", TRACE_ID, "-o", "json", "--url", server.url]);
  assert.equal(server.remarks.length, count, "JSON is the answer and nothing besides");
});

test("prefixes and traceparents go to the server as they are", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const traceparent = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
  for (const reference of ["4bf9", traceparent]) {
    const { code } = await run(["show", reference], { environment: { SPOOR_URL: server.url } });
    assert.equal(code, 0);
  }
  assert.deepEqual(server.requests, ["/api/v1/traces/4bf9", `/api/v1/traces/${traceparent}`]);
});

test("@last, @slowest and @error are the first of a list", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, [SUMMARY]));
  for (const selector of ["@last", "@slowest", "@error"]) {
    assert.equal((await run(["show", selector, "--url", server.url])).code, 0);
  }
  assert.deepEqual(
    server.requests.filter((path) => path.includes("?")),
    [
      "/api/v1/traces?limit=1&sort=recent",
      "/api/v1/traces?limit=1&sort=duration",
      "/api/v1/traces?limit=1&sort=recent&errors=true",
    ],
  );
});

test("@error without any error is not found, and another selector is a usage error", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const none = await run(["show", "@error", "--url", server.url]);
  assert.equal(none.code, 3);
  assert.equal(
    none.stderr,
    'error: cannot show @error\nwhy:   no trace here has an error\nhint:  run "spoor find" to see what is here\n',
  );
  const unknown = await run(["show", "@first", "--url", server.url]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /"@first" is not one of @last, @slowest, @error/);
});

test("-o json is the answer of the API with a version, and has every field", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const { stdout } = await run(["show", "4bf9", "-o", "json", "--url", server.url]);
  const { v, trace, ...coverage } = JSON.parse(stdout);
  assert.equal(v, 1);
  assert.deepEqual(coverage, COMPLETE);
  assert.deepEqual(fromTraceDocument(trace), CHECKOUT);
});

test("-o otlp is OTLP/JSON", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const { stdout } = await run(["show", "4bf9", "-o", "otlp", "--url", server.url]);
  const [{ scopeSpans }] = JSON.parse(stdout).resourceSpans;
  assert.equal(scopeSpans[0].spans.length, 7);
  assert.equal(scopeSpans[0].spans[0].traceId, TRACE_ID);
});

test("on a terminal lines fit, the time is short, and there is colour", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const options = { columns: 50, environment: { TERM: "xterm" } };
  const { stdout } = await run(["show", "4bf9", "--utc", "--url", server.url], options);
  assert.match(stdout, / {2}14:03:11Z {2}trace /);
  // oxlint-disable-next-line no-control-regex -- the escape sequence is the point
  assert.match(stdout, /\u001b\[38;5;\d+m/);
  const plain = await run(["show", "4bf9", "--color", "never", "--url", server.url], options);
  // oxlint-disable-next-line no-control-regex -- the escape sequence is the point
  assert.doesNotMatch(plain.stdout, /\u001b/);
  assert.match(plain.stdout, /^│ {3}└── postgres\.Quer…ROM inventory \(27ms\) {2}← slow$/m);
});

test("a locale without UTF-8 gets ASCII", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const environment = { LC_ALL: "C", SPOOR_URL: server.url };
  const { stdout } = await run(["show", "4bf9"], { environment });
  assert.match(stdout, /^\| {3}`-- postgres\.Query SELECT \* FROM inventory \(27ms\) {2}<- slow$/m);
});

test("an answer that is not the whole trace says so on stderr", async () => {
  const coverage = { ...COMPLETE, complete: false, capped: { unit: "spans", limit: 50_000 } };
  await using server = await startTestServer(traceAnswer(CHECKOUT, [], coverage));
  const { stderr } = await run(["show", "4bf9", "--url", server.url]);
  assert.equal(stderr, "capped: only 50000 spans are in this trace, there are more.\n");
});

test("an unknown trace is exit code 3, with the server's reason and hint", async () => {
  await using server = await startTestServer(
    problem({
      code: "SPOOR_API_TRACE_NOT_FOUND",
      status: 404,
      detail: "there is no trace whose id begins with 4bf9 here",
      hint: "it may be sampled out",
    }),
  );
  const { code, stdout, stderr } = await run(["show", "4bf9", "--url", server.url]);
  assert.equal(code, 3);
  assert.equal(stdout, "");
  assert.equal(
    stderr,
    'error: cannot show "4bf9"\n' +
      "why:   there is no trace whose id begins with 4bf9 here\n" +
      "hint:  it may be sampled out\n",
  );
});

test("an ambiguous prefix is exit code 2, with the shortest prefixes that would do", async () => {
  await using server = await startTestServer(
    problem({
      code: "SPOOR_API_TRACE_AMBIGUOUS",
      status: 409,
      detail: "3 traces begin with 4bf9",
      traceIds: [TRACE_ID, `4bf92f35aa${"0".repeat(22)}`, `4bf9a${"0".repeat(27)}`],
    }),
  );
  const { code, stderr } = await run(["show", "4bf9", "--url", server.url]);
  assert.equal(code, 2);
  assert.match(stderr, /\nhint: {2}give more digits: 4bf92f357, 4bf92f35a, 4bf9a\n$/);
});

test("what is no reference is refused without asking the server", async () => {
  const { code, stderr } = await run(["show", "xyz", "--url", "http://127.0.0.1:1"]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: cannot show "xyz"\nwhy: {3}a trace id has only the digits/);
});

test("a server that is not there is exit code 5", async () => {
  const closed = createServer();
  const listening = Promise.withResolvers<void>();
  closed.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  // A TCP server that listens has an address with a port.
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const { code, stderr } = await run(["show", "@last", "--url", `127.0.0.1:${port}`]);
  assert.equal(code, 5);
  assert.equal(
    stderr,
    `error: no spoor at http://127.0.0.1:${port}\nwhy:   connection refused\n` +
      'hint:  start one with "spoor up", or name another with --url or SPOOR_URL\n',
  );
});

test("a server that does not answer in time is exit code 6", async () => {
  // Sends headers and half a body, so that the time runs out within the answer.
  await using server = await startTestServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write("{");
  });
  const client = createClient({ url: server.url, timeoutMs: 20 });
  await assert.rejects(client.readTrace("4bf9"), (error) => {
    assert.equal(exitOfError(error), "timedOut");
    assert.match(errorLines(error), /did not answer within 0\.02 s\nhint: {2}wait longer with/);
    return true;
  });
});

test("a server that fails, breaks off or is no spoor is exit code 8", async () => {
  const answers = [
    [
      problem({ code: "SPOOR_API_INTERNAL", status: 500, detail: "disk full" }),
      /why: {3}disk full\n/,
    ],
    [problem({}), /the server answered 0 without saying why/],
    [jsonAnswer({ hello: 1 }), /its answer has no "trace"/],
    [jsonAnswer({}, { type: "text/html" }), /it answers 200 with text\/html/],
    [jsonAnswer({}, { status: 404 }), /it answers 404 with application\/json/],
  ] as const;
  for (const [answer, expected] of answers) {
    await using server = await startTestServer(answer);
    const { code, stderr } = await run(["show", "4bf9", "--url", server.url]);
    assert.equal(code, 8);
    assert.match(stderr, expected);
    assert.equal(stderr.split("\n").length, 4);
  }
  await using broken = await startTestServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"trace":');
  });
  assert.match((await run(["show", "4bf9", "--url", broken.url])).stderr, /broken JSON/);
});

test("an address that is no URL is a usage error", async () => {
  for (const url of ["ftp://host", "http://", "a b"]) {
    assert.equal((await run(["show", "@last", "--url", url])).code, 2, url);
  }
});

test("unknown verbs and flags are usage errors that name the nearest", async () => {
  const verb = await run(["shwo"]);
  assert.equal(verb.code, 2);
  assert.match(verb.stderr, /why: {3}there is no such verb\nhint: {2}did you mean "spoor show"\?/);
  assert.match((await run(["--verson"])).stderr, /spoor has no flag --verson/);
  assert.equal((await run(["show", "@last", "--dept", "1"])).code, 2);
});
