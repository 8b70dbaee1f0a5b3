/*
 * The account of every span, held against what senders sent and what can be read back: random mixes
 * of good, partly invalid, malformed and oversized requests of several senders, over real
 * connections, with a store that dies in between.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encodeTracesJson, encodeTracesProtobuf } from "@spoor/otlp";
import type { LossAnswer, LossLine, Resource, Span, SpanAccount } from "@spoor/trace";
import * as fc from "fast-check";
import { exampleSpan } from "../example-span.ts";
import { removeDataPath, type SpoorProcess, startSpoor } from "../spoor-process.ts";

let dataPath: string;
let spoor: SpoorProcess;
before(async () => {
  dataPath = await mkdtemp(join(tmpdir(), "spoor-loss-"));
  spoor = await startSpoor({ dataPath });
});
after(async () => {
  await spoor.stop();
  await removeDataPath(dataPath);
});

const SENDERS = ["cart", "pay", "stock"] as const;
const INSTANCES = ["", "i-1"] as const;

interface Part {
  readonly service: string;
  readonly instance: string;
  readonly goodCount: number;
  readonly badCount: number;
}

type RequestPlan =
  | { readonly kind: "spans"; readonly isJson: boolean; readonly parts: readonly Part[] }
  | { readonly kind: "malformed" }
  | { readonly kind: "tooLarge" }
  | { readonly kind: "unsupported" };

const part: fc.Arbitrary<Part> = fc.record({
  service: fc.constantFrom(...SENDERS),
  instance: fc.constantFrom(...INSTANCES),
  goodCount: fc.nat(4),
  badCount: fc.nat(2),
});

const plan: fc.Arbitrary<RequestPlan> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("spans" as const),
      isJson: fc.boolean(),
      parts: fc.array(part, { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<RequestPlan>(
      { kind: "malformed" },
      { kind: "tooLarge" },
      { kind: "unsupported" },
    ),
  },
);

function resourceOf({ service, instance }: Part): Resource {
  const attributes = new Map([["service.name", service]]);
  if (instance !== "") attributes.set("service.instance.id", instance);
  return { attributes, droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] };
}

function spansOf(given: Part, traceId: string): Span[] {
  const resource = resourceOf(given);
  const good = Array.from({ length: given.goodCount }, () => exampleSpan({ resource, traceId }));
  const bad = Array.from({ length: given.badCount }, () =>
    exampleSpan({ resource, traceId, spanId: "0".repeat(16) }),
  );
  return [...good, ...bad];
}

async function post(body: Uint8Array, contentType: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": contentType },
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}

async function send(given: RequestPlan, traceId: string): Promise<void> {
  if (given.kind === "malformed") {
    assert.equal(await post(Buffer.from([0xff, 0xff]), "application/x-protobuf"), 400);
  } else if (given.kind === "unsupported") {
    assert.equal(await post(Buffer.from("x"), "text/plain"), 415);
  } else if (given.kind === "tooLarge") {
    const body = Buffer.from(`[${"{".repeat(7_600_000)}`);
    assert.equal(await post(body, "application/json"), 413);
  } else {
    const spans = given.parts.flatMap((one) => spansOf(one, traceId));
    const status = given.isJson
      ? await post(Buffer.from(JSON.stringify(encodeTracesJson(spans))), "application/json")
      : await post(encodeTracesProtobuf(spans), "application/x-protobuf");
    assert.equal(status, 200);
  }
}

async function readLoss(): Promise<LossAnswer> {
  // The server under test is the one that defines this answer.
  return (await (await fetch(`${spoor.url}/api/v1/loss`)).json()) as LossAnswer;
}

function sum(lines: readonly LossLine[]): number {
  return lines.reduce((total, { count }) => total + count, 0);
}

function assertBalanced(account: SpanAccount): void {
  assert.equal(account.receivedSpanCount, account.acknowledgedSpanCount + sum(account.refused));
  assert.equal(
    account.acknowledgedSpanCount + account.recoveredSpanCount,
    account.storedSpanCount + account.waitingSpanCount + sum(account.givenUp),
  );
}

interface Sent {
  readonly good: number;
  readonly bad: number;
}

/** What each sender sent, by "service instance". */
function sentBySender(plans: readonly RequestPlan[]): Map<string, Sent> {
  const sent = new Map<string, Sent>();
  for (const one of plans.flatMap((given) => (given.kind === "spans" ? given.parts : []))) {
    const name = `${one.service} ${one.instance}`;
    const { good, bad } = sent.get(name) ?? { good: 0, bad: 0 };
    sent.set(name, { good: good + one.goodCount, bad: bad + one.badCount });
  }
  return sent;
}

function countsOf({ senders }: LossAnswer, name: string): Sent {
  const account = senders.find(({ service, instance }) => `${service} ${instance}` === name);
  return { good: account?.acknowledgedSpanCount ?? 0, bad: sum(account?.refused ?? []) };
}

async function storedSpanCount(traceId: string): Promise<number> {
  const response = await fetch(`${spoor.url}/api/v1/traces/${traceId}`);
  if (response.status === 404) return 0;
  // Not everything is stored yet, and the server says so; on a busy machine that takes a while.
  if (response.status === 503) return storedSpanCount(traceId);
  const answer: unknown = await response.json();
  assert.ok(typeof answer === "object" && answer !== null && "trace" in answer);
  const { trace } = answer;
  assert.ok(typeof trace === "object" && trace !== null && "spans" in trace);
  assert.ok(Array.isArray(trace.spans));
  return trace.spans.length;
}

async function checkPlans(plans: readonly RequestPlan[]): Promise<void> {
  const traceId = randomBytes(16).toString("hex");
  const earlier = await readLoss();
  await Promise.all(plans.map((given) => send(given, traceId)));
  const soon = await readLoss();
  assertBalanced(soon.total);
  soon.senders.forEach(assertBalanced);
  let goodCount = 0;
  for (const [name, sent] of sentBySender(plans)) {
    const was = countsOf(earlier, name);
    const is = countsOf(soon, name);
    assert.deepEqual({ good: is.good - was.good, bad: is.bad - was.bad }, sent, name);
    goodCount += sent.good;
  }
  const refusedCount = plans.filter(({ kind }) => kind !== "spans").length;
  assert.equal(sum(soon.requests.refused) - sum(earlier.requests.refused), refusedCount);
  // Reading waits until what was acknowledged is stored.
  assert.equal(await storedSpanCount(traceId), goodCount);
  const { total } = await readLoss();
  assertBalanced(total);
  assert.equal(total.storedSpanCount - earlier.total.storedSpanCount, goodCount);
  assert.equal(total.waitingSpanCount, 0);
  assert.equal(sum(total.givenUp), 0);
}

test("every span is in the account of its sender, exactly once, and in the store", async () => {
  const property = fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 8 }), checkPlans);
  await fc.assert(property, { numRuns: 15 });
});

test("while the store is away spans wait, and nothing is lost when it comes back", async () => {
  const earlier = await readLoss();
  const traceId = randomBytes(16).toString("hex");
  const parts = [{ service: "cart", instance: "", goodCount: 3, badCount: 1 }];
  const engine = await engineProcessId();
  process.kill(engine, "SIGKILL");
  await send({ kind: "spans", isJson: false, parts }, traceId);
  const away = await readLoss();
  assertBalanced(away.total);
  assert.equal(away.total.acknowledgedSpanCount - earlier.total.acknowledgedSpanCount, 3);
  while ((await readLoss()).total.waitingSpanCount > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(await storedSpanCount(traceId), 3);
  assertBalanced((await readLoss()).total);
});

test("spans that a killed server left are recovered by the next one, each once", async () => {
  const traceId = randomBytes(16).toString("hex");
  const parts = [{ service: "stock", instance: "i-1", goodCount: 4, badCount: 0 }];
  await send({ kind: "spans", isJson: false, parts }, traceId);
  await spoor.stop("SIGKILL");
  spoor = await startSpoor({ dataPath });
  assert.equal(await storedSpanCount(traceId), 4);
  const { total } = await readLoss();
  assertBalanced(total);
  assert.equal(total.recoveredSpanCount, total.storedSpanCount);
  assert.equal(total.receivedSpanCount, 0);
});

test("the accounts can be scraped", async () => {
  const text = await (await fetch(`${spoor.url}/metrics`)).text();
  assert.match(text, /^# TYPE spoor_spans_stored_total counter$/m);
  assert.match(text, /^spoor_store_ready 1$/m);
});

async function engineProcessId(): Promise<number> {
  const { readdir, readFile } = await import("node:fs/promises");
  for (const name of await readdir("/proc")) {
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    if (/^\d+$/.test(name) && stat.split(") ")[1]?.split(" ")[1] === String(spoor.pid)) {
      return Number(name);
    }
  }
  throw new Error("the server has no child process");
}
