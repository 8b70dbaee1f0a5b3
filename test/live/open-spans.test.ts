import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeLogsJson, encodeTracesJson, encodeTracesProtobuf } from "@spoor/otlp";
import {
  attributeText,
  type FindingsAnswer,
  type FoundTraceDocument,
  type InflightAnswer,
  type LossAnswer,
  type TraceSearchAnswer,
} from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { exampleLogRecord, readLogRecords } from "../log-records.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { wholeTrace } from "../stored-trace.ts";
import { instance, lockHang, reportRecord, sendLogs } from "./lock-hang.ts";

const CLI_PATH = fileURLToPath(new URL("../../packages/cli/bin/spoor.js", import.meta.url));

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
});
after(() => spoor.stop());

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${spoor.url}/api/v1/${path}`);
  assert.equal(response.status, 200, await response.clone().text());
  // The server under test is the one that defines its answers.
  return (await response.json()) as T;
}

async function sendSpans(spans: readonly ReturnType<typeof exampleSpan>[]): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(encodeTracesProtobuf(spans)),
  });
  assert.equal(response.status, 200, await response.text());
}

/** The command's output with every duration as `#`, since time goes on. */
async function cli(...args: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const environment = { ...process.env, NO_COLOR: "1", SPOOR_URL: spoor.url, LC_ALL: "C.UTF-8" };
  execFile(process.execPath, [CLI_PATH, ...args], { env: environment }, (error, stdout) => {
    if (error === null) resolve(stdout);
    else reject(error);
  });
  return (await promise).replaceAll(/\b\d[\d.]*(?:ns|µs|ms|s|m|h)\b(?: \d+s)?/g, "#");
}

/** The request of `traceId`, and who holds it up. */
async function hanging(traceId: string) {
  const { groups } = await get<InflightAnswer>("inflight");
  for (const { holder, requests } of groups) {
    const request = requests.find((one) => one.traceId === traceId);
    if (request !== undefined) return { holder, request };
  }
  return undefined;
}

async function isListed(traceId: string): Promise<boolean> {
  return (await hanging(traceId)) !== undefined;
}

test("before anybody reports, an empty answer says that nobody would tell", async () => {
  const answer = await get<InflightAnswer>("inflight");
  assert.equal(
    answer.sentence,
    "Nothing is hanging. No instance reports open spans, so nobody would tell.",
  );
  assert.equal(await cli("now"), `${answer.sentence}\n`);
});

test("a hang is told while it hangs, down to the process that holds it", async () => {
  const hang = lockHang();
  await sendLogs(spoor, hang.records);
  const holder = "`node nightly-reconcile.ts` (pid 11504, not instrumented)";
  assert.equal(
    await cli("now"),
    `1 request is hanging. It waits for the row lock on table inventory, held by ${holder}.

HELD BY ${holder}  the row lock on table inventory
└── checkout POST /checkout (▷ OPEN #)  trace ${hang.traceId}
    └── inventory postgres.Query SELECT * FROM inventory FOR UPDATE (▷ OPEN #)
    seen in pg_locks: backend 11512 holds what 11509 waits for
    SELECT pg_terminate_backend(11512)  (ends the holder's transaction)

checkout checkout-1: reports open spans, heard # ago
inventory inventory-1: reports open spans, heard # ago
`,
  );
  const shown = await cli("show", hang.traceId);
  const waits = "inventory waits # for the row lock on table inventory";
  const session =
    "database user job, session 11512, idle in transaction for #, " +
    "last statement: select count(*) from orders";
  assert.equal(
    shown.split("\n").slice(1).join("\n"),
    `
POST /checkout (▷ OPEN #)
└── POST /reserve (▷ OPEN #)
    └── POST /reserve (▷ OPEN #)  inventory
        └── postgres.Query SELECT * FROM inventory FOR UPDATE (▷ OPEN #)
            ┆   ${waits}
            ┆   HELD BY ${holder}
            ┆           ${session}

Still running after #: ${waits}, held by ${holder}, \
idle in transaction for #.  4 spans, 4 of them open, 2 services, 0 orphans.
`,
  );
});

test("after the caller gave up, both still show the work that nobody waits for", async () => {
  const hang = lockHang();
  await sendLogs(spoor, hang.records);
  await sendSpans(hang.endOfCaller());
  const found = await hanging(hang.traceId);
  assert.equal(found?.request.isZombie, true);
  assert.equal(found.request.openSpanCount, 2);
  assert.match(found.holder?.text ?? "", /nightly-reconcile/);
  await wholeTrace(spoor, hang.traceId);
  const text = await cli("show", hang.traceId.slice(0, 12));
  assert.match(text, /^POST \/checkout \(#\) {2}✗ 504 Gateway Timeout$/m);
  assert.match(text, /POST \/reserve \(▷ OPEN #, caller gone\)/);
  assert.match(text, /Nobody waits for it any more: its caller has given up\./);
  assert.match(text, / 0 orphans, 2 errors\.\n$/);
});

test("when all has ended the trace still tells who held it up, as what has been", async () => {
  const hang = lockHang();
  await sendLogs(spoor, hang.records);
  await sendSpans([...hang.endOfCaller(), ...hang.endOfCallee()]);
  await wholeTrace(spoor, hang.traceId);
  const shown = await cli("show", hang.traceId);
  assert.doesNotMatch(shown, /OPEN/);
  assert.ok(
    shown.includes(`
        └── SELECT (#)  ✗ 504 Gateway Timeout  ← slow
            ┆   inventory waited # for the row lock on table inventory
            ┆   HELD BY \`node nightly-reconcile.ts\` (pid 11504, not instrumented)
            ┆           database user job, session 11512, idle in transaction for #, \
last statement: select count(*) from orders
`),
    shown,
  );
});

test("a finished span beats its reports, and open ones are in no list or statistics", async () => {
  const hang = lockHang();
  const countBefore = (await spoor.status()).received.spans;
  await sendLogs(spoor, hang.records);
  assert.equal((await spoor.status()).received.spans, countBefore);
  const { traces } = await get<{ traces: readonly { traceId: string }[] }>("traces");
  assert.ok(traces.every(({ traceId }) => traceId !== hang.traceId));
  const finished = hang.records.map(({ traceId, spanId, resource }) =>
    exampleSpan({ traceId, spanId, resource }),
  );
  await sendSpans(finished);
  assert.equal(await isListed(hang.traceId), false);
  await sendLogs(spoor, hang.records);
  assert.equal(await isListed(hang.traceId), false, "a late report opens nothing again");
  const loss = await get<LossAnswer>("loss");
  assert.ok(loss.losses.some(({ reason, count }) => reason === "open_span_late" && count >= 4));
  const answer = await wholeTrace(spoor, hang.traceId);
  assert.deepEqual([answer.trace.spans.length, answer.open.length], [4, 0]);
});

test("a trace of which nothing has ended is found by the beginning of its id", async () => {
  const hang = lockHang();
  await sendLogs(spoor, hang.records);
  const answer = await wholeTrace(spoor, hang.traceId.slice(0, 12));
  assert.equal(answer.trace.traceId, hang.traceId);
  assert.deepEqual([answer.trace.spans.length, answer.open.length], [0, 4]);
});

test("a span without an end is open, and never stored as a span of any length", async () => {
  const endless = exampleSpan({ endTimeUnixNano: 0n, name: "GET /endless" });
  const other = exampleSpan({ traceId: endless.traceId, parentSpanId: endless.spanId });
  await sendSpans([endless, other]);
  assert.equal((await hanging(endless.traceId))?.request.top.title, "GET /endless");
  const answer = await wholeTrace(spoor, endless.traceId);
  assert.deepEqual(
    answer.trace.spans.map(({ spanId }) => spanId),
    [other.spanId],
  );
  assert.deepEqual(
    answer.open.map(({ spanId, source }) => [spanId, source]),
    [[endless.spanId, "span_without_end"]],
  );
  await sendSpans([exampleSpan({ ...endless, endTimeUnixNano: other.endTimeUnixNano })]);
  assert.equal(await isListed(endless.traceId), false);
  const { total } = await get<LossAnswer>("loss");
  const { storedSpanCount, waitingSpanCount, acknowledgedSpanCount } = total;
  assert.equal(storedSpanCount + waitingSpanCount, acknowledgedSpanCount);
});

test("a pending span says that its parent is open", async () => {
  const real = exampleSpan();
  const pending = exampleSpan({
    traceId: real.traceId,
    parentSpanId: real.spanId,
    endTimeUnixNano: real.startTimeUnixNano,
    attributes: new Map([
      ["logfire.span_type", "pending_span"],
      ["logfire.pending_parent_id", "0000000000000000"],
    ]),
  });
  await sendSpans([pending]);
  assert.equal((await hanging(real.traceId))?.request.top.spanId, real.spanId);
  await sendSpans([real]);
  assert.equal(await isListed(real.traceId), false);
});

test("partial.event logs open a span and end it, as JSON and as base64 of protobuf", async () => {
  for (const isJson of [true, false]) {
    const span = exampleSpan({ endTimeUnixNano: 0n, name: "partial" });
    const body = isJson
      ? JSON.stringify(encodeTracesJson([span]))
      : Buffer.from(encodeTracesProtobuf([span])).toString("base64");
    const say = (event: string) =>
      exampleLogRecord({
        body,
        attributes: new Map([
          ["partial.event", event],
          ["partial.frequency", "5000ms"],
        ]),
      });
    await sendLogs(spoor, [say("heartbeat")]);
    assert.equal((await hanging(span.traceId))?.request.top.title, "partial");
    await sendLogs(spoor, [say("stop")]);
    assert.equal(await isListed(span.traceId), false);
  }
});

test("a sampled database session tells the holder of a span of a service that reports none", async () => {
  const { traceId, spanId } = exampleSpan();
  const start = new Date(Date.now() - 4000).toISOString();
  const sample = (pid: number, more: Readonly<Record<string, string>>) =>
    exampleLogRecord({
      traceId: "",
      spanId: "",
      eventName: "db.server.query_sample",
      attributes: new Map<string, string | bigint>([
        ["postgresql.pid", BigInt(pid)],
        ["postgresql.query_start", start],
        ...Object.entries(more),
      ]),
    });
  await sendLogs(spoor, [
    sample(71, {
      "postgresql.state": "active",
      "postgresql.application_name": `00-${traceId}-${spanId}-01`,
      "postgresql.wait_event_type": "Lock",
      "postgresql.wait_event": "transactionid",
      "postgresql.blocking.pids": "{72}",
      "postgresql.blocking.lock.relation": "inventory",
      "postgresql.blocking.lock.type": "transactionid",
      "db.query.text": "UPDATE inventory SET quantity = ?",
    }),
    sample(72, {
      "postgresql.state": "idle in transaction",
      "postgresql.application_name": "nightly",
      "user.name": "job",
      "postgresql.blocking.pids": "{}",
    }),
  ]);
  const found = await hanging(traceId);
  assert.equal(found?.holder?.text, "session 72 of user job, application nightly");
  assert.equal(found.holder.resource, "the row lock on table inventory");
  assert.match(found.request.top.title, /UPDATE inventory SET quantity/);
});

test("what is open is found by a search that asks for it, with its wait and its holder", async () => {
  const hang = lockHang();
  await sendLogs(spoor, hang.records);
  const find = async (q: string): Promise<readonly FoundTraceDocument[]> => {
    const { traces } = await get<TraceSearchAnswer>(
      `search?${new URLSearchParams({ q }).toString()}`,
    );
    return traces.filter(({ traceId }) => traceId === hang.traceId);
  };
  const [found] = await find(
    '{ kind = server } >> { span:state = open && wait.kind = "db.lock" && ' +
      'wait.holder.process.command = "node nightly-reconcile.ts" && duration > 1s } ' +
      "| select(span:state, wait.resource.name)",
  );
  const [group] = found?.groups ?? [];
  assert.deepEqual(
    group?.spans.map(({ spanId, fields }) => [spanId, fields.map(({ text }) => text)]),
    [[hang.statementSpanId, ["open", "inventory"]]],
  );
  assert.deepEqual(await find("{ }"), [], "who does not ask for it gets what has ended");
  assert.deepEqual(await find("{ span:state = gone }"), []);
  await sendSpans([...hang.endOfCaller(), ...hang.endOfCallee()]);
  await wholeTrace(spoor, hang.traceId);
  assert.deepEqual(await find("{ span:state = open }"), []);
  const [ended] = await find("{ span:state = ended }");
  assert.equal(ended?.groups[0]?.spanCount, 4);
});

test("findings and losses of senders are told, once each however often they are sent", async () => {
  const origin = { timeUnixNano: 2n, processStartUnixNano: 1n };
  const cart = instance("cart");
  const finding = (count: number) =>
    reportRecord(
      {
        kind: "finding",
        ...origin,
        code: "context_lost",
        subject: "src/queue.ts:12",
        severity: "warning",
        sentence: "The context is lost in a callback of the queue.",
        count,
        firstSeenUnixNano: 1n,
        lastSeenUnixNano: 2n,
        traceId: "",
        spanId: "",
        evidence: new Map([["code.function.name", "drain"]]),
      },
      cart,
    );
  const loss = (total: number) =>
    reportRecord({ kind: "loss", ...origin, counts: new Map([["span_evicted", total]]) }, cart);
  await sendLogs(spoor, [finding(7), loss(30)]);
  await sendLogs(spoor, [finding(5), loss(20)]);
  const { findings } = await get<FindingsAnswer>("findings");
  assert.deepEqual(
    findings.map(({ code, subject, service, count }) => [code, subject, service, count]),
    [["context_lost", "src/queue.ts:12", "cart", 7]],
  );
  const { senderLosses } = await get<LossAnswer>("loss");
  assert.deepEqual(
    senderLosses.map(({ service, losses }) => [service, losses[0]?.reason, losses[0]?.count]),
    [["cart", "span_evicted", 30]],
  );
  const told = await cli("doctor");
  assert.match(told, /^warn {2}unsent {5}cart cart-1 lost before sending: 30 x span_evicted$/m);
  assert.match(
    told,
    /^warn {2}finding {4}cart cart-1: context_lost \(src\/queue\.ts:12\), 7 x: The context is/m,
  );
});

test("reports are kept as log records too, in OTLP/JSON as in protobuf", async () => {
  const hang = lockHang();
  const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(encodeLogsJson(hang.records)),
  });
  assert.equal(response.status, 200);
  assert.equal((await hanging(hang.traceId))?.request.openSpanCount, 4);
  const records = await readLogRecords(spoor.url, hang.traceId);
  const texts = records.map(({ body }) => attributeText(body));
  assert.match(
    texts.join("\n"),
    /inventory: postgres\.Query SELECT \* FROM inventory FOR UPDATE still open/,
  );
});

test("what hangs is pushed to those who watch, without asking", async () => {
  const stopped = new AbortController();
  const response = await fetch(`${spoor.url}/api/v1/stream`, { signal: stopped.signal });
  assert.ok(response.body !== null);
  const hang = lockHang();
  let seen = "";
  let isSent = false;
  // A fetched body is an async iterable of bytes in Node.
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    seen += Buffer.from(chunk).toString();
    if (!isSent && seen.includes("event: inflight")) {
      isSent = true;
      await sendLogs(spoor, hang.records);
    }
    if (seen.includes(hang.traceId)) break;
  }
  stopped.abort();
  assert.ok(seen.includes(hang.traceId));
});
