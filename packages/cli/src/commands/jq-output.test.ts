import assert from "node:assert/strict";
import { test } from "node:test";
import { COMPLETE, jsonAnswer, startTestServer } from "../client/test-server.ts";
import { run } from "./run-literal.ts";

const TRACES = ["checkout", "cart"].map((rootService, index) => ({
  traceId: String(index + 1).repeat(32),
  rootService,
  rootName: "GET /",
  hasRoot: true,
  startTimeUnixNano: "1795359600000000001",
  durationNano: "120000000",
  spanCount: 7,
  errorCount: 0,
  services: [rootService],
}));

const LIST = jsonAnswer({ traces: TRACES, ...COMPLETE });

test("--jq prints what a program makes of the JSON, text as it is", async () => {
  await using server = await startTestServer(LIST);
  const ask = (...args: string[]): ReturnType<typeof run> =>
    run(["find", "--url", server.url, ...args]);
  assert.deepEqual(await ask("--jq", ".traces[].rootService"), {
    code: 0,
    stdout: "checkout\ncart\n",
    stderr: "",
  });
  const rows = await ask("-o", "jsonl", "--jq", "{rootService, at: .startTimeUnixNano}");
  assert.equal(
    rows.stdout,
    '{"rootService":"checkout","at":"1795359600000000001"}\n' +
      '{"rootService":"cart","at":"1795359600000000001"}\n',
  );
  assert.equal((await ask("--jq", ".v, (.traces | length)")).stdout, "1\n2\n");
  assert.equal((await ask("--jq", ".traces[] | select(.spanCount > 9)")).stdout, "");
});

test("a program that jq cannot read is refused before anything is asked", async () => {
  await using server = await startTestServer(LIST);
  for (const program of [".traces[", "foo", "1) | (2"]) {
    const { code, stdout, stderr } = await run(["find", "--url", server.url, "--jq", program]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^error: cannot run --jq of "spoor find"\nwhy: {3}\S.*\nhint: {2}look/u);
  }
  assert.deepEqual(server.requests, []);
});

test("a program that does not fit the answer says so, after what it printed", async () => {
  await using server = await startTestServer(LIST);
  const { code, stdout, stderr } = await run([
    "find",
    "--url",
    server.url,
    "--jq",
    ".traces[].rootService, .complete[]",
  ]);
  assert.deepEqual([code, stdout], [2, "checkout\ncart\n"]);
  assert.match(stderr, /why: {3}Cannot iterate over boolean/u);
});

test("--jq beside a form that is no JSON is refused", async () => {
  const { code, stderr } = await run(["find", "-o", "csv", "--jq", "."]);
  assert.equal(code, 2);
  assert.match(stderr, /--jq reads JSON, and the output is csv/u);
});

test("a program sees no files and no environment of this machine", async () => {
  await using server = await startTestServer(LIST);
  const { stdout } = await run(["find", "--url", server.url, "--jq", "$ENV.PATH, env.SPOOR_URL"], {
    environment: { SPOOR_URL: server.url },
  });
  assert.equal(stdout, "/\nnull\n");
});
