import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceSummaryDocument } from "@spoor/trace";
import { COMPLETE, jsonAnswer, startTestServer, traceAnswer } from "../client/test-server.ts";
import { CHECKOUT, START_UNIX_NANO, TRACE_ID } from "../terminal/terminal-literal.ts";
import { NOW_UNIX_NANO, run } from "./run-literal.ts";

const SUMMARIES: readonly TraceSummaryDocument[] = [
  {
    traceId: TRACE_ID,
    rootService: "checkout",
    rootName: "POST /checkout",
    hasRoot: true,
    startTimeUnixNano: (START_UNIX_NANO + 123n).toString(),
    durationNano: "30020000000",
    spanCount: 41,
    errorCount: 2,
    services: ["checkout", "inventory"],
  },
  {
    traceId: `4bf92f3577${"0".repeat(22)}`,
    rootService: "cart",
    rootName: "load\tcart",
    hasRoot: false,
    startTimeUnixNano: START_UNIX_NANO.toString(),
    durationNano: "4000000",
    spanCount: 1,
    errorCount: 0,
    services: ["cart"],
  },
];

test("piped, there is a line a trace: tabs, no header, exact times, whole ids", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, SUMMARIES));
  const { code, stdout, stderr } = await run(["find", "--url", server.url]);
  assert.equal(code, 0);
  assert.equal(stderr, "");
  assert.deepEqual(stdout.split("\n"), [
    `2026-11-22T14:03:11.000000123Z\t${TRACE_ID}\tcheckout\tPOST /checkout\t30020000000ns\t41\t2`,
    `2026-11-22T14:03:11.000000000Z\t4bf92f3577${"0".repeat(22)}\tcart\tload\\tcart\t4000000ns\t1\t0`,
    "",
  ]);
  assert.deepEqual(server.requests, ["/api/v1/traces?limit=20&sort=recent"]);
});

test("on a terminal there is a table, with ids as short as can be told apart", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, SUMMARIES));
  const environment = { SPOOR_URL: server.url, NO_COLOR: "1" };
  const { stdout } = await run(["find", "--utc"], { columns: 100, environment });
  assert.equal(
    `\n${stdout}`,
    `
time       trace        service   root            duration  spans  errors
14:03:11Z  4bf92f3577b  checkout  POST /checkout       30s     41     ✗ 2
14:03:11Z  4bf92f35770  cart      ? load\\tcart         4ms      1       0
`,
  );
  const narrow = await run(["find", "--utc", "--ascii"], { columns: 68, environment });
  assert.equal(
    narrow.stdout.split("\n")[1],
    "14:03:11Z  4bf92f3577b  checkout  POST ...kout       30s     41     x 2",
  );
});

test("the flags become the query", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, SUMMARIES));
  const flags = ["--since", "1h", "--sort", "duration", "--errors", "--service", "a&b", "-n", "5"];
  await run(["find", ...flags, "--url", server.url]);
  const from = NOW_UNIX_NANO - 3_600_000_000_000n;
  assert.deepEqual(server.requests, [
    `/api/v1/traces?limit=5&sort=duration&errors=true&service=a%26b&from=${from}`,
  ]);
});

test("json, jsonl and ids are for programs, json with a version", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, SUMMARIES));
  const output = async (format: string): Promise<string> =>
    (await run(["find", "-o", format, "--url", server.url])).stdout;
  assert.deepEqual(JSON.parse(await output("json")), { v: 1, traces: SUMMARIES, ...COMPLETE });
  assert.deepEqual(
    (await output("jsonl"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    SUMMARIES.map((summary) => ({ v: 1, ...summary })),
  );
  assert.equal(await output("ids"), SUMMARIES.map(({ traceId }) => `${traceId}\n`).join(""));
});

test("a capped list says so on stderr", async () => {
  const coverage = { ...COMPLETE, complete: false, capped: { unit: "traces", limit: 2 } };
  await using server = await startTestServer(traceAnswer(CHECKOUT, SUMMARIES, coverage));
  const { stderr } = await run(["find", "-n", "2", "--url", server.url]);
  assert.equal(stderr, "capped: only 2 traces are in this list, there are more.\n");
});

test("nothing that fits is no failure, and the restrictions are named", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const flags = ["--since", "15m", "--service", "cart", "--errors"];
  const { code, stdout, stderr } = await run(["find", ...flags, "--url", server.url]);
  assert.deepEqual([code, stdout], [0, ""]);
  assert.equal(stderr, "No trace fits --since 15m --errors --service cart.\n");
});

test("before the first span, the words say which ports listen since when", async () => {
  await using server = await startTestServer((request, response) => {
    const isList = request.url?.includes("?") === true;
    const status = {
      startedAtUnixNano: START_UNIX_NANO.toString(),
      listeners: [
        { name: "OTLP/gRPC", host: "127.0.0.1", port: 4317 },
        { name: "OTLP/HTTP", host: "127.0.0.1", port: 4318 },
        { name: "UI and API", host: "127.0.0.1", port: 4319 },
      ],
      received: { spans: 0 },
    };
    jsonAnswer(isList ? { traces: [], ...COMPLETE } : status)(request, response);
  });
  const { stderr } = await run(["find", "--url", server.url]);
  assert.equal(
    stderr,
    "Nothing has arrived yet. Listening on 127.0.0.1:4317 (gRPC) and 127.0.0.1:4318 (HTTP) " +
      "since 2026-11-22T14:03:11.000000000Z.\n",
  );
});

test("wrong values are usage errors that name the flag", async () => {
  const wrong = [
    ["--since", "yesterday", /--since is a time such as 90s/],
    ["-n", "0", /--limit must be a whole number from 1 to 1000/],
    ["-n", "1001", /--limit must be a whole number/],
    ["--sort", "recnt", /did you mean --sort recent\?/],
    ["--timeout", "0", /--timeout must be a whole number/],
  ] as const;
  for (const [flag, value, expected] of wrong) {
    const { code, stderr } = await run(["find", flag, value]);
    assert.equal(code, 2);
    assert.match(stderr, expected);
  }
});
