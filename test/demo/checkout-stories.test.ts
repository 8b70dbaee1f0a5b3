/* Both stories, told by the real programs: the demo itself fails when they come out otherwise. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { Inflight } from "@spoor/trace";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const DEMO = fileURLToPath(new URL("../../examples/checkout-504/demo.ts", import.meta.url));

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
});
after(() => spoor.stop());

/** The article's tree, line for line; what stands in between is HTTP. */
const TREE = [
  "POST /checkout",
  "  handleCheckout",
  "    checkInventory",
  "      GET",
  "        GET /inventory inventory",
  "          get inventory:item_42",
  "          pg.query:SELECT shop SELECT * FROM inventory WHERE item_id = $1 FOR UPDATE",
  "    processPayment",
  "      POST",
  "        POST /payments payment",
  "          stripe.ChargeCreate",
  "            POST",
  "          pg.query:INSERT shop INSERT INTO payments (order_id, user_id, amount_cents, " +
    "charge_id) VALUES ($1, $2, $3, $4) RETURNING payment_id",
];

/** The lines of the tree that the demo prints, without times and the branches' lines. */
function printedTree(output: string): string[] {
  const lines = output.split("\n");
  const start = lines.findIndex((line) => line.startsWith("POST /checkout ("));
  const end = lines.indexOf("", start);
  return lines.slice(start, end).map((line) => {
    const depth = line.search(/[^│├└─\s]/u) / 4;
    const text = line.replace(/^[│├└─\s]+/u, "").replace(/\s*\([\d.]+(?:µs|ms|s)\)/u, "");
    const words = text
      .replace(/← slow(?:, usually [\d.]+(?:µs|ms|s))?/u, "")
      .trim()
      .replaceAll(/\s+/gu, " ");
    return "  ".repeat(depth) + words;
  });
}

/** Runs the demo to its end. @throws Error with its output unless it ends with exit code 0. */
async function runDemo(...args: string[]): Promise<string> {
  return await runDemoWith({}, args);
}

async function runDemoWith(
  variables: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<string> {
  const env = { ...process.env, SPOOR_URL: spoor.url, ...variables };
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO, ...args], { env });
  return stdout;
}

test("a good day: all checkouts are answered, and one is shown as a tree", async () => {
  const output = await runDemo();
  assert.match(output, /5 checkouts, all answered 200/);
  assert.deepEqual(printedTree(output), TREE);
});

test("the official SDK in the place of ours makes the same tree", async () => {
  const telemetry = new URL("../instrument/official-telemetry.ts", import.meta.url).href;
  const output = await runDemoWith({ DEMO_TELEMETRY: telemetry }, []);
  assert.deepEqual(printedTree(output), TREE);
});

test("the incident: a 504, silent services, and a tree that shows the wait", async () => {
  const output = await runDemo("--incident", "lock", "--timeout", "2s");
  assert.match(output, /HTTP 504 after 2\.\d\d s/);
  assert.match(output, /The log of api-gateway:\n {2}504 POST \/checkout .*\n\n/);
  assert.match(output, /The log of payment:\n {2}\(nothing\)\n/);
  assert.match(output, /The log of inventory:\n {2}\(nothing\)\n/);
  assert.match(output, /checkInventory.*\n(.*\n)*.*SELECT/);
});

test("while the checkout hangs, and after its 504, it is told who holds it up", async () => {
  const demo = runDemo("--incident", "lock", "--timeout", "4s");
  const hanging = await hangingLock();
  assert.match(hanging.sentence, /waits for the row lock on table inventory/);
  assert.match(hanging.sentence, /held by `node \S*nightly-reconcile\.ts` \(pid \d+, not instr/);
  const [request] = hanging.groups[0]?.requests ?? [];
  assert.equal(request?.top.title, "POST /checkout");
  assert.equal(request?.deepest.service, "inventory");
  assert.match(request?.deepest.title ?? "", /SELECT \* FROM inventory .* FOR UPDATE/);
  // A verdict is due at the threshold of 1 s, and told by 2 s after the beginning of the wait.
  assert.ok((request?.deepest.ageMs ?? 0) >= 1000);

  const abandoned = await hangingLock(
    (inflight) => inflight.zombieCount > 0 && inflight.sentence.includes("row lock"),
  );
  assert.match(abandoned.sentence, /row lock on table inventory/);
  assert.equal(abandoned.groups[0]?.requests[0]?.isZombie, true);
  await demo;
});

/**
 * What `spoor now` tells, as soon as it names the lock. On a busy machine the gateway may say first
 * that the inventory does not answer, which is as true.
 */
async function hangingLock(
  isEnough: (inflight: Inflight) => boolean = ({ sentence }) => sentence.includes("row lock"),
): Promise<Inflight> {
  const signal = AbortSignal.timeout(60_000);
  for (;;) {
    const response = await fetch(`${spoor.url}/api/v1/inflight`, { signal });
    // What this path answers.
    const inflight = (await response.json()) as Inflight;
    const isNamed = inflight.groups.some(({ holder }) => holder !== null);
    if (isNamed && isEnough(inflight)) return inflight;
    await delay(20, undefined, { signal });
  }
}

test("an incident that there is not is refused with the usage", async () => {
  await assert.rejects(runDemo("--incident", "flood"), { code: 2 });
});
