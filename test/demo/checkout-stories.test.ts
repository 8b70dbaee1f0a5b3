/* Both stories, told by the real programs: the demo itself fails when they come out otherwise. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const DEMO = fileURLToPath(new URL("../../examples/checkout-504/demo.ts", import.meta.url));

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
});
after(() => spoor.stop());

/** Runs the demo to its end. @throws Error with its output unless it ends with exit code 0. */
async function runDemo(...args: string[]): Promise<string> {
  const env = { ...process.env, SPOOR_URL: spoor.url };
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO, ...args], { env });
  return stdout;
}

test("a good day: all checkouts are answered, and one is shown as a tree", async () => {
  const output = await runDemo();
  assert.match(output, /5 checkouts, all answered 200/);
  for (const name of ["handleCheckout", "checkInventory", "processPayment"]) {
    assert.ok(output.includes(name), `${name} is in the tree:\n${output}`);
  }
});

test("the incident: a 504, silent services, and a tree that shows the wait", async () => {
  const output = await runDemo("--incident", "lock", "--timeout", "2s");
  assert.match(output, /HTTP 504 after 2\.\d\d s/);
  assert.match(output, /The log of api-gateway:\n {2}504 POST \/checkout .*\n\n/);
  assert.match(output, /The log of payment:\n {2}\(nothing\)\n/);
  assert.match(output, /The log of inventory:\n {2}\(nothing\)\n/);
  assert.match(output, /checkInventory.*\n(.*\n)*.*SELECT/);
});

test("an incident that there is not is refused with the usage", async () => {
  await assert.rejects(runDemo("--incident", "flood"), { code: 2 });
});
