import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../client/test-server.ts";
import { jsonAnswer, startTestServer } from "../client/test-server.ts";
import { run } from "./run-literal.ts";

/** Answers as a server with two services, two attribute keys and a user would. */
const answer: Answer = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
  const prefix = searchParams.get("prefix") ?? "";
  const fits = (text: string): boolean => text.startsWith(prefix);
  const values = ["checkout", "cart"].filter(fits).map((text) => ({ value: { text } }));
  const keys = ["user.id", "url.path"].filter(fits).map((key) => ({ field: `span.${key}` }));
  const items = [{ text: "span.user.id" }, { text: "span.url.path" }];
  const answers: Readonly<Record<string, object>> = {
    "/api/v1/services": { services: [{ service: "checkout" }, { service: "cart" }] },
    "/api/v1/keys": { keys },
    "/api/v1/values": { values },
    "/api/v1/complete": { items, start: 2 },
    "/api/v1/traces": { traces: [{ traceId: "a".repeat(32) }] },
  };
  jsonAnswer(answers[pathname] ?? {})(request, response);
};

const ATTEMPTS = 20;

async function check(line: string, expected: readonly string[], shell = "zsh"): Promise<void> {
  await using server = await startTestServer(answer);
  const environment = { SPOOR_URL: server.url };
  let words: string[] = [];
  // An answer that is late is left out, and on a busy machine one may be: ask again, as users do.
  for (
    let attempt = 0;
    attempt === 0 || (attempt < ATTEMPTS && words.length < expected.length);
    attempt += 1
  ) {
    const { stdout, code } = await run(["completion", shell, "--line", line], { environment });
    assert.equal(code, 0);
    words = stdout.split("\n").filter((word) => word !== "");
  }
  assert.deepEqual(words, expected, line);
}

test("verbs, flags and their choices come without a server", async () => {
  await check("spoor ex", ["export"]);
  await check("spoor find --so", ["--sort"]);
  await check("spoor find --sort ", ["recent", "duration"]);
  await check("spoor find -o j", ["json", "jsonl"]);
  await check("spoor help lo", ["logs"]);
  await check("spoor nothing --x", []);
});

test("services, fields and traces come from the server", async () => {
  await check("spoor find --service c", ["checkout", "cart"]);
  await check("spoor stats --by us", ["span.user.id"]);
  await check("spoor show @s", ["@slowest"]);
  await check("spoor show a", ["a".repeat(32)]);
});

test("a query is completed word by word in the plain form, and at its end in TraceQL", async () => {
  await check("spoor find service:ch", ["service:checkout"]);
  await check("spoor find 'status:error service:", ["service:checkout", "service:cart"]);
  await check("spoor find '{ span.", ["span.user.id", "span.url.path"]);
});

test("bash gets only what stands behind the last colon, because it replaces no more", async () => {
  await check("spoor find service:ch", ["checkout"], "bash");
});

test("without a server nothing is offered, at once and without an error", async () => {
  const environment = { SPOOR_URL: "http://127.0.0.1:1" };
  const line = "spoor find service:ch";
  const result = await run(["completion", "fish", "--line", line], { environment });
  assert.deepEqual(result, { code: 0, stdout: "", stderr: "" });
});

test("there is a script for each shell, and for no other", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await run(["completion", shell]);
    assert.match(stdout, new RegExp(`spoor completion ${shell} --line`, "u"));
  }
  assert.equal((await run(["completion", "tcsh"])).code, 2);
});
