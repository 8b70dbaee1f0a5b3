/* The verbs that ask with a query, against a server that answers what a test wants. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { toTraceDocument } from "@spoor/trace";
import {
  type Answer,
  COMPLETE,
  jsonAnswer,
  startTestServer,
  type TestServer,
} from "../client/test-server.ts";
import { CHECKOUT, TRACE_ID } from "../terminal/terminal-literal.ts";
import { run } from "./run-literal.ts";

/** Answers each path with its document; a path that is not there is a test that went wrong. */
function answers(documents: Readonly<Record<string, object>>): Answer {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const document = documents[pathname];
    assert.ok(document !== undefined, `nobody expected ${pathname}`);
    jsonAnswer(document)(request, response);
  };
}

function parametersOf({ requests }: TestServer, index = 0): Record<string, string> {
  return Object.fromEntries(new URL(requests[index] ?? "", "http://localhost").searchParams);
}

const ASKED = { traceql: "{ status = error }", isTranslated: true };
const SUMMARY = {
  traceId: TRACE_ID,
  rootService: "checkout",
  rootName: "POST /checkout",
  hasRoot: true,
  startTimeUnixNano: "1795356191000000000",
  durationNano: "30020000000",
  spanCount: 41,
  errorCount: 2,
  services: ["checkout"],
};
const FOUND = {
  ...COMPLETE,
  ...ASKED,
  nextPage: "r1.2",
  traces: [
    {
      ...SUMMARY,
      groups: [
        {
          spanCount: 1,
          labels: [],
          spans: [
            {
              spanId: "b7ad6b7169203331",
              name: "SELECT\u001b[2J",
              service: "inventory",
              startTimeUnixNano: "1795356191000000001",
              durationNano: "29700000000",
              fields: [{ name: "status", type: "status", text: "error" }],
            },
          ],
        },
      ],
    },
  ],
};

test("find with a query asks a search, tells the translation and the next page on stderr", async () => {
  await using server = await startTestServer(answers({ "/api/v1/search": FOUND }));
  const given = ["find", "status:error", "x:1", "--since", "1h", "-n", "5", "--url", server.url];
  const { code, stdout, stderr } = await run(given);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^2026-.*\\t${TRACE_ID}\\tcheckout\\t`, "u"));
  assert.equal(stderr, "TraceQL: { status = error }\nThe next page: --page r1.2\n");
  const { from, ...parameters } = parametersOf(server);
  assert.equal(from, "1795356000000000000");
  assert.deepEqual(parameters, { q: "status:error x:1", limit: "5" });
});

test("find with --exit-status ends with 1 when nothing is found", async () => {
  const none = { ...FOUND, traces: [], nextPage: null, isTranslated: false };
  await using server = await startTestServer(answers({ "/api/v1/search": none }));
  const { code, stderr } = await run(["find", "-e", "{ }", "--url", server.url]);
  assert.deepEqual([code, stderr], [1, "No trace fits { }.\n"]);
});

test("spans prints each span in a line that nothing in it can break", async () => {
  await using server = await startTestServer(answers({ "/api/v1/search": FOUND }));
  const { stdout } = await run(["spans", "{ }", "--url", server.url]);
  assert.equal(
    stdout,
    `2026-11-22T14:03:11.000000001Z\t${TRACE_ID}\tb7ad6b7169203331\tinventory\t` +
      "SELECT\\x1b[2J\t29700000000\terror\n",
  );
});

function group(text: string, spanCount: number, p95Nano: number): object {
  const counts = { spanCount, errorCount: 0, rate: 0.5 };
  const durations = { p50Nano: 1e6, p95Nano, p99Nano: 3e6, maxNano: 4e6 };
  return { value: { type: "string", text }, condition: null, ...counts, ...durations };
}

test("stats prints the groups by the column that was asked for", async () => {
  const groups = [group("cart", 7, 1e6), group("inventory", 3, 2e6)];
  const answer = { ...COMPLETE, ...ASKED, by: "name", groups };
  await using server = await startTestServer(answers({ "/api/v1/groups": answer }));
  const given = ["stats", "--by", "name", "--sort", "p95", "-n", "1", "--url", server.url];
  const { stdout, stderr } = await run(given);
  assert.equal(stdout, "inventory\t3\t0.5\t0\t1000000\t2000000\t3000000\t4000000\n");
  assert.match(stderr, /^1 more groups: -n prints more\.$/mu);
  const table = await run(given, { columns: 80, environment: { NO_COLOR: "1" } });
  assert.match(table.stdout, /^name +spans +per second +errors +p50 +p95 +p99 +max\n/u);
  assert.match(table.stdout, /^inventory +3 +0\.5 +0 +1ms +2ms +3ms +4ms$/mu);
});

test("check finds what is missing, and says so with its exit code", async () => {
  const orphans = { ...CHECKOUT, spans: CHECKOUT.spans.slice(1) };
  const answer = { trace: toTraceDocument(orphans), open: [], nowUnixNano: "0", ...COMPLETE };
  const documents = {
    [`/api/v1/traces/${TRACE_ID}`]: answer,
    "/api/v1/traces": { traces: [SUMMARY], ...COMPLETE },
    "/api/v1/loss": {
      losses: [],
      senderLosses: [],
      senders: [],
      largeTraceCount: 0,
      largeTraces: [],
    },
    "/api/v1/findings": { findings: [] },
    "/api/v1/consistency": {
      clockOffsets: [],
      samplingDifferences: [],
      missingCallees: [
        {
          caller: "cart",
          callee: "inventory",
          callCount: 9,
          missingCount: 4,
          traceId: TRACE_ID,
          spanId: "b7ad6b7169203331",
        },
      ],
    },
  };
  await using server = await startTestServer(answers(documents));
  const { code, stdout } = await run(["check", "--url", server.url]);
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`^error\\troot_missing\\t1\\t${TRACE_ID}\\t`, "mu"));
  assert.match(stdout, /^error\tparent_missing\t/mu);
  assert.match(
    stdout,
    /^warning\tcallee_missing\t4\t.*\tinventory is missing below 4 of 9 calls/mu,
  );
  const whole = { ...answer, trace: toTraceDocument(CHECKOUT) };
  await using good = await startTestServer(
    answers({ ...documents, [`/api/v1/traces/${TRACE_ID}`]: whole }),
  );
  const fine = await run(["check", TRACE_ID, "--url", good.url]);
  assert.deepEqual([fine.code, fine.stdout], [0, ""]);
});

test("import sends each line of a file, compressed or not, and refuses what is no trace", async () => {
  const bodies: string[] = [];
  await using server = await startTestServer((request, response) => {
    if (request.url === "/api/v1/status") {
      const port = Number(request.headers.host?.split(":")[1]);
      jsonAnswer({ received: {}, listeners: [{ name: "OTLP/HTTP", port }] })(request, response);
      return;
    }
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      bodies.push(body);
      jsonAnswer({})(request, response);
    });
  });
  const folder = await mkdtemp(join(tmpdir(), "spoor-import-"));
  try {
    const file = async (name: string, content: string | Uint8Array): Promise<string> => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    };
    const line = '{"resourceSpans":[]}';
    const gzip = await file("lines.gz", gzipSync(`${line}\n${line}\n`));
    assert.equal((await run(["import", gzip, "--url", server.url])).code, 0);
    assert.deepEqual(bodies, [line, line]);
    const pretty = await file("pretty.json", JSON.stringify(JSON.parse(line), null, 2));
    assert.equal((await run(["import", pretty, "--url", server.url])).code, 0);
    assert.deepEqual(JSON.parse(bodies[2] ?? ""), JSON.parse(line));
    for (const content of ["", "{}", "[1]", "spans", gzipSync(line).subarray(0, 15)]) {
      const bad = await run(["import", await file("bad", content), "--url", server.url]);
      assert.equal(bad.code, 2, String(content));
      assert.match(bad.stderr, /^error: cannot /u);
    }
    assert.equal(bodies.length, 3);
    assert.equal((await run(["import", join(folder, "none"), "--url", server.url])).code, 2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("tail prints each trace once, and ends when it has enough", async () => {
  const [found] = FOUND.traces;
  await using server = await startTestServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const young = { traces: [{ ...found, hasRoot: false }], skippedCount: 2 };
    const grown = { traces: [found, { ...found, traceId: "2".repeat(32) }], skippedCount: 0 };
    response.write(": following\n\n");
    for (const event of [young, grown]) {
      response.write(`event: traces\ndata: ${JSON.stringify(event)}\n\n`);
    }
  });
  const { code, stdout, stderr } = await run(
    ["tail", "status:error", "-n", "2", "-o", "ids", "--url", server.url],
    { onSignal: () => undefined },
  );
  assert.deepEqual([code, stdout], [0, `${TRACE_ID}\n${"2".repeat(32)}\n`]);
  assert.equal(stderr, "2 traces were not looked at: too much at once.\n");
  assert.deepEqual(server.requests, ["/api/v1/tail?q=status%3Aerror"]);
});
