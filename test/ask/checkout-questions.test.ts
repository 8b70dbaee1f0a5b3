/*
 * What somebody asks about a checkout that was slow, each as one command against what the demo
 * really sent: which service was slowest, which database call blocked the checkout, in which order
 * the inventory asked its stores, all errors of one user.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type {
  ComparisonAnswer,
  FoundSpanDocument,
  FoundTraceDocument,
  SpanGroupDocument,
} from "@spoor/trace";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const DEMO = fileURLToPath(new URL("../../examples/checkout-504/demo.ts", import.meta.url));
const CLI = fileURLToPath(new URL("../../packages/cli/bin/spoor.js", import.meta.url));

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
  // Five good checkouts, then one that waits for a lock until its caller gives up.
  await runDemo();
  await runDemo("--incident", "lock", "--timeout", "2s");
});
after(() => spoor.stop());

async function runDemo(...args: string[]): Promise<void> {
  const env = { ...process.env, SPOOR_URL: spoor.url };
  await promisify(execFile)(process.execPath, [DEMO, ...args], { env });
}

/** One command; what it printed on stdout. @throws Error unless it ends with exit code 0. */
async function ask(...args: string[]): Promise<string> {
  const env = { ...process.env, SPOOR_URL: spoor.url };
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { env });
  return stdout;
}

/** The lines of `-o jsonl`. */
function lines<Row>(text: string): Row[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

test("which service was slowest", async () => {
  const [slowest] = lines<SpanGroupDocument>(
    await ask("stats", "kind:server", "--sort", "p95", "-o", "jsonl"),
  );
  assert.equal(slowest?.value.text, "api-gateway", "the one that all others are part of");
  const [below] = lines<SpanGroupDocument>(
    await ask("stats", "kind:server -service:api-gateway", "--sort", "max", "-o", "jsonl"),
  );
  assert.equal(below?.value.text, "inventory");
  assert.ok((below?.maxNano ?? 0) > 1.5e9, `the inventory waited, ${below?.maxNano} ns`);
});

test("which database call blocked the checkout", async () => {
  const spans = lines<FoundSpanDocument>(
    await ask(
      "spans",
      '{ name = "POST /checkout" && status = error } >> { span.db.system.name != nil && duration > 1s }' +
        " | select(span.db.query.text)",
      "-o",
      "jsonl",
    ),
  );
  assert.equal(spans.length, 1);
  assert.equal(spans[0]?.service, "inventory");
  assert.match(spans[0].fields[0]?.text ?? "", /^SELECT \* FROM inventory .* FOR UPDATE$/);
});

test("why the slowest checkout was slow, and how long that usually takes", async () => {
  const { verdict, path, comparison } = JSON.parse(await ask("why", "@slowest", "-o", "json")) as {
    verdict: string;
    path: readonly { title: string; ownNano: number; usualNano: number | null }[];
    comparison: ComparisonAnswer | null;
  };
  assert.match(verdict, /of .* went to .*SELECT \* FROM inventory .* in inventory\./);
  const [first] = path;
  assert.match(first?.title ?? "", /SELECT \* FROM inventory/);
  assert.ok((first?.ownNano ?? 0) > 1.5e9);
  // Five of six took a few ms.
  assert.ok((first?.usualNano ?? 1e9) < 500e6, `usually ${first?.usualNano} ns`);
  assert.equal(comparison?.a.typicalOf, 5);
  assert.match(comparison.sentence, /^B spends .* more in pg\.query:SELECT shop of inventory/);
});

test("did the inventory ask Redis before or after PostgreSQL", async () => {
  const spans = lines<FoundSpanDocument>(
    await ask(
      "spans",
      // With its statement: on a busy machine a connection is waited for, which is a span as well.
      '{ resource.service.name = "inventory" && span.db.query.text != nil }' +
        " | select(span.db.system.name)",
      "--sort",
      "duration",
      "-n",
      "1",
      "-o",
      "jsonl",
    ),
  );
  const systems = spans.map(({ fields }) => fields[0]?.text);
  assert.deepEqual(systems, ["redis", "postgresql", "redis"], "get, the locked row, set");
});

test("all errors of one user, and none of another", async () => {
  const traces = lines<FoundTraceDocument>(
    await ask("find", "status:error user.id:user_7", "-o", "jsonl"),
  );
  assert.equal(traces.length, 1);
  assert.equal(traces[0]?.rootName, "POST /checkout");
  assert.equal(await ask("find", "status:error user.id:user_8", "-o", "ids"), "");
});

test("traces that never asked for the payment", async () => {
  const query = '{ name = "POST /checkout" } && !{ resource.service.name = "payment" }';
  const ids = (await ask("find", query, "-o", "ids")).trim().split("\n");
  assert.equal(ids.length, 1, "the one that timed out before");
});

test("a trace that is exported and imported again is the same", async () => {
  const line = await ask("export", "@slowest");
  const copy = await startSpoor({ useMemoryStore: true });
  try {
    const env = { ...process.env, SPOOR_URL: copy.url };
    const imported = execFile(process.execPath, [CLI, "import", "-"], { env });
    imported.stdin?.end(line);
    await new Promise((resolve) => imported.once("exit", resolve));
    assert.equal(imported.exitCode, 0);
    const again = await promisify(execFile)(process.execPath, [CLI, "export", "@last"], { env });
    assert.deepEqual(JSON.parse(again.stdout), JSON.parse(line));
  } finally {
    await copy.stop();
  }
});
