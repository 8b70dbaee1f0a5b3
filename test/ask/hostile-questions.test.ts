/* Questions that nobody should ask, of a real server: each is answered, and the server goes on. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeTracesProtobuf } from "@spoor/otlp";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { wholeTrace } from "../stored-trace.ts";

const CLI = fileURLToPath(new URL("../../packages/cli/bin/spoor.js", import.meta.url));
const MIB = 1024 * 1024;

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
  const span = exampleSpan({ name: `${"a".repeat(5_000)}!` });
  await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(encodeTracesProtobuf([span])),
  });
  await wholeTrace(spoor, span.traceId);
});
after(() => spoor.stop());

/** The problem that an answer is, after which a good question is answered still. */
async function problemOf(path: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${spoor.url}/api/v1/${path}`, init);
  assert.equal(response.headers.get("content-type"), "application/problem+json", path.slice(0, 80));
  // The server under test is the one that defines this answer.
  const problem = (await response.json()) as Record<string, unknown>;
  assert.equal(problem["status"], response.status);
  assert.equal((await fetch(`${spoor.url}/api/v1/search?limit=1`)).status, 200);
  return problem;
}

function search(q: string): string {
  return `search?${new URLSearchParams({ q }).toString()}`;
}

test("a query of 10 MB is refused before it is read", async () => {
  const { hostname, port } = new URL(spoor.url);
  const socket = connect(Number(port), hostname);
  // The server may close before all of it is sent.
  socket.on("error", () => undefined);
  socket.write(`GET /api/v1/search?q=${"a".repeat(10 * MIB)} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket.setEncoding("utf8")) answer += chunk;
  assert.match(answer, /^HTTP\/1\.1 431 /u);
  assert.match(answer, /"code":"SPOOR_API_REQUEST_TOO_LARGE"/u);
  const body = `{"selection":{"q":"${"a".repeat(10 * MIB)}"}}`;
  const problem = await problemOf("difference", { method: "POST", body });
  assert.equal(problem["code"], "SPOOR_API_BODY_INVALID");
});

test("queries that are too long, too deep or of no sense are refused with words", async () => {
  for (const q of [
    `{ name = "${"a".repeat(69_000)}" }`,
    "(".repeat(5_000),
    `{ ${"!".repeat(5_000)}true }`,
    `{ name =~ "${"(a*)*".repeat(1_000)}" }`,
    '{ name =~ "(?=a)" }',
    '{ name =~ "a{1000}{1000}" }',
    "{ foo = 1 }",
    "{ duration > red }",
    "{ .a = ",
    "service:",
  ]) {
    const problem = await problemOf(search(q));
    const isKnown = ["SPOOR_API_QUERY_INVALID", "SPOOR_API_PARAMETER_INVALID"].includes(
      String(problem["code"]),
    );
    assert.ok(isKnown, `${q.slice(0, 40)} ${JSON.stringify(problem).slice(0, 300)}`);
  }
});

test("a pattern that costs others for ever is answered at once", async () => {
  const startedMs = performance.now();
  const response = await fetch(`${spoor.url}/api/v1/${search('{ name =~ "(a+)+b" }')}`);
  assert.equal(response.status, 200);
  assert.ok(performance.now() - startedMs < 20_000, "linear, not for ever");
});

test("times that cannot be and pages of other searches are refused", async () => {
  for (const path of [
    "search?from=-1",
    "search?from=99999999999999999999",
    "search?from=now&to=-1h",
    "query-range?q=%7B%7D%7Crate()&from=0&to=now&step=1ns",
    "heatmap?from=2026-13-01T00:00:00Z",
    "search?page=x",
    "search?page=d1.00000000000000000000000000000000&sort=recent",
    "compare?a=typical&b=zz",
    "values?key=%7B",
    "nowhere",
  ]) {
    const { status, detail } = await problemOf(path);
    assert.ok(Number(status) >= 400 && Number(status) < 500, `${path} ${String(detail)}`);
  }
});

test("on the command line a mistake is three lines and its place, with exit code 2", async () => {
  const env = { ...process.env, SPOOR_URL: spoor.url };
  const { promise, resolve } = Promise.withResolvers<string>();
  const child = execFile(process.execPath, [CLI, "find", "{ foo = 1 }"], { env }, (_, __, stderr) =>
    resolve(stderr),
  );
  const stderr = await promise;
  assert.equal(child.exitCode, 2);
  const lines = stderr.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^error: cannot find traces$/u);
  assert.match(lines[1] ?? "", /^why: {3}1:3: /u);
  assert.deepEqual(lines.slice(2, 4), ["       { foo = 1 }", "         ^^^"]);
  assert.match(lines[4] ?? "", /^hint: {2}.*\.foo/u);
});
