import assert from "node:assert/strict";
import { test } from "node:test";
import type { InflightAnswer, InflightRequest } from "@spoor/trace";
import { jsonAnswer, startTestServer, usualAnswer } from "../client/test-server.ts";
import { run } from "./run-literal.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

const REQUEST: InflightRequest = {
  traceId: TRACE_ID,
  top: {
    spanId: "1",
    service: "checkout",
    title: "POST /checkout",
    name: "POST /checkout",
    kind: 2,
    ageMs: 27_400,
  },
  deepest: {
    spanId: "2",
    service: "inventory",
    title: "UPDATE inventory",
    name: "pg.query:UPDATE",
    kind: 3,
    ageMs: 27_300,
  },
  openSpanCount: 2,
  isZombie: true,
  isGone: false,
  sentence: "inventory waits 27.3s for the row lock on table inventory, held by session 7",
  certainty: "seen",
};

const HANGING: InflightAnswer = {
  nowUnixNano: "1",
  complete: true,
  openSpanCount: 3,
  unlistedSpanCount: 0,
  requestCount: 2,
  zombieCount: 1,
  running: { requestCount: 0, slowest: null },
  sentence: "2 requests are hanging.",
  groups: [
    {
      holder: {
        key: "session postgresql 7",
        text: "session 7 of user job",
        verb: "held by",
        resource: "the row lock on table inventory",
        certainty: "probable",
        isInstrumented: true,
        traceId: "a".repeat(32),
        spanId: "b".repeat(16),
        evidence: ["pg_locks: 7 blocks 8"],
        gaps: ["no agent on 10.0.0.5"],
        remedies: [{ purpose: "ends session 7", text: "SELECT pg_terminate_backend(7)" }],
      },
      requests: [REQUEST],
      requestCount: 1,
      zombieCount: 1,
    },
    {
      holder: null,
      requests: [
        {
          ...REQUEST,
          deepest: REQUEST.top,
          isZombie: false,
          isGone: true,
          sentence: "checkout has not been heard for 12s\u001b[2J",
        },
      ],
      requestCount: 4,
      zombieCount: 0,
    },
  ],
  instances: [
    {
      service: "checkout",
      instance: "checkout-1",
      state: "silent",
      heardMsAgo: 2100,
      nextMs: 1000,
      openSpanCount: 1,
    },
    {
      service: "mailer",
      instance: "",
      state: "spans_only",
      heardMsAgo: 400,
      nextMs: 0,
      openSpanCount: 0,
    },
  ],
};

test("what hangs stands under who holds it up, in the words of those who told", async () => {
  await using server = await startTestServer(jsonAnswer(HANGING));
  const { code, stdout, stderr } = await run(["now", "--url", server.url]);
  assert.equal(code, 0);
  assert.equal(stderr, "");
  assert.equal(
    stdout,
    `2 requests are hanging.

HELD BY session 7 of user job (probably)  the row lock on table inventory
└── checkout POST /checkout (▷ OPEN 27.4s)  ✗ nobody waits for it any more  trace ${TRACE_ID}
    └── inventory UPDATE inventory (▷ OPEN 27.3s)
    holder: spoor show ${"a".repeat(32)}
    seen in pg_locks: 7 blocks 8
    not known: no agent on 10.0.0.5
    SELECT pg_terminate_backend(7)  (ends session 7)

NO HOLDER KNOWN
└── checkout POST /checkout (▷ OPEN 27.4s)  ✗ its process is gone  trace ${TRACE_ID}
    ┆   checkout has not been heard for 12s\\x1b[2J
    … 3 more (-o json lists them, or their number)

checkout checkout-1: silent, heard 2.1s ago
mailer: only sends spans, so what hangs there is not seen, heard 400ms ago
`,
  );
  assert.deepEqual(server.requests, ["/api/v1/inflight"]);
});

test("beside what is open it is said how long that usually takes, asked once of each", async () => {
  await using server = await startTestServer(usualAnswer("usually 4ms", jsonAnswer(HANGING)));
  const { stdout } = await run(["now", "--url", server.url]);
  assert.match(stdout, /UPDATE inventory \(▷ OPEN 27\.3s, usually 4ms\)$/m);
  assert.deepEqual(server.remarks, [
    "/api/v1/baseline?service=checkout&name=POST+%2Fcheckout&kind=server",
    "/api/v1/baseline?service=inventory&name=pg.query%3AUPDATE&kind=client",
  ]);
});

test("a locale without UTF-8 gets ASCII", async () => {
  await using server = await startTestServer(jsonAnswer(HANGING));
  const { stdout } = await run(["now", "--ascii", "--url", server.url]);
  // oxlint-disable-next-line no-control-regex -- the range is the point
  assert.match(stdout, /^[\x00-\x7f]*$/);
  assert.match(stdout, /^`-- checkout POST \/checkout \(> OPEN 27\.4s\) {2}x nobody waits/m);
});

test("an empty screen says who would tell", async () => {
  const sentence = "Nothing is hanging. 1 instance reports open spans.";
  const calm = { ...HANGING, groups: [], requestCount: 0, instances: [], sentence };
  await using server = await startTestServer(jsonAnswer(calm));
  assert.equal((await run(["now", "--url", server.url])).stdout, `${sentence}\n`);
});

test("json is the whole answer, jsonl a line for each request with its holder", async () => {
  await using server = await startTestServer(jsonAnswer(HANGING));
  const { stdout } = await run(["now", "-o", "json", "--url", server.url]);
  assert.deepEqual(JSON.parse(stdout), { v: 1, ...HANGING });
  const lines = (await run(["now", "-o", "jsonl", "--url", server.url])).stdout.trimEnd();
  const holders = lines.split("\n").map((line) => JSON.parse(line).holder?.text);
  assert.deepEqual(holders, ["session 7 of user job", undefined]);
});

test("what is left out is said on stderr", async () => {
  const cut = { ...HANGING, complete: false, unlistedSpanCount: 40 };
  await using server = await startTestServer(jsonAnswer(cut));
  const { stderr } = await run(["now", "--url", server.url]);
  assert.equal(
    stderr,
    "incomplete: 40 more open spans were counted by their processes and not listed.\n",
  );
});

test("--watch prints each change when piped, and ends with the signal", async () => {
  let asked = 0;
  const stop: { now?: () => void } = {};
  await using server = await startTestServer((request, response) => {
    asked += 1;
    // The second look brings only older ages, the third that a request is over.
    const [first] = HANGING.groups;
    const groups = asked < 3 ? HANGING.groups : first === undefined ? [] : [first];
    if (asked === 4) stop.now?.();
    jsonAnswer({ ...HANGING, groups })(request, response);
  });
  const { stdout, code } = await run(["now", "--watch", "--url", server.url], {
    onSignal: (listener) => {
      stop.now = () => listener("SIGINT");
    },
  });
  assert.equal(code, 0);
  assert.equal(stdout.match(/^2 requests are hanging\.$/gm)?.length, 2);
  assert.equal(stdout.match(/^NO HOLDER KNOWN$/gm)?.length, 1);
});
