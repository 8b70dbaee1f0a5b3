/*
 * Questions about a trace that is as bad as the questions: tens of thousands of spans beside each
 * other, each with a value of its own. What is asked for grows with their square, or with the
 * number of steps; what is used must not.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { encodeTracesProtobuf } from "@spoor/otlp";
import type { Coverage } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { wholeTrace } from "../stored-trace.ts";

const SPANS = 20_000;
const MIB = 1024 * 1024;
/** What the engine is started with; its threads and buffers take a little more. */
const ENGINE_BYTES_MAX = 2_000_000_000 + 300 * MIB;
const SERVER_BYTES_MAX = 1_200 * MIB;
/** On a machine that does nothing else each takes a few seconds at most. */
const ANSWER_MS_MAX = 120_000;

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
  const root = exampleSpan({ name: "root" });
  const spans = [root];
  for (let number = 1; number < SPANS; number += 1) {
    const attributes = new Map([["unique", `value-${number}`]]);
    const { traceId, spanId: parentSpanId } = root;
    spans.push(exampleSpan({ traceId, parentSpanId, attributes, name: "child" }));
  }
  const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(encodeTracesProtobuf(spans)),
  });
  assert.equal(response.status, 200);
  await wholeTrace(spoor, root.traceId);
});
after(() => spoor.stop());

async function ask(path: string, parameters: Record<string, string>): Promise<Coverage> {
  const url = `${spoor.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  const text = await response.text();
  assert.equal(response.status, 200, `${JSON.stringify(parameters)} ${text.slice(0, 500)}`);
  // The server under test is the one that defines this answer.
  return JSON.parse(text) as Coverage;
}

/** The most memory that a process ever had. */
function peakBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/u.exec(status)?.[1] ?? 0) * 1024;
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((child) => {
      try {
        const [, parent] = /\) \S (\d+) /u.exec(readFileSync(`/proc/${child}/stat`, "utf8")) ?? [];
        return Number(parent) === pid;
      } catch {
        // It has ended since it was listed.
        return false;
      }
    });
}

for (const q of [
  "{ } ~ { }",
  "{ } !~ { }",
  "{ } &~ { }",
  "({ } ~ { }) >> (({ } ~ { }) ~ { })",
  "{ } !>> ({ } !<< { })",
  "{ } >> { } >> { } >> { } >> { }",
  `${"({ } ~ { }) && ".repeat(60)}{ }`,
  "{ } | by(span.unique) | count() > 0",
  '{ span.unique =~ "(((v|a|l|u|e|-)*)*)*[0-9]{1,500}x" }',
]) {
  test(`a product of all spans is answered: ${q.slice(0, 60)}`, async () => {
    await ask("search", { q, spans: "1" });
  });
}

test("numbers for each value and each step are bounded, and the answer says so", async () => {
  const answer = await ask("query-range", {
    q: "{ } | rate() by (span.unique)",
    from: "-3h",
    to: "now",
    step: "1s",
  });
  assert.equal(answer.complete, false);
  assert.equal(answer.capped?.unit, "numbers in series");
  await ask("query-range", {
    q: "{ } | compare({ duration > 1ms }, 1000)",
    step: "1s",
    from: "-3h",
  });
  await ask("groups", { q: "", by: "span.unique" });
});

test(
  "after all of that neither the server nor its engine has taken more memory than is theirs",
  { skip: process.platform === "linux" ? false : "there is no /proc here" },
  async (context) => {
    await ask("search", { q: "{ }", limit: "1" });
    const server = peakBytes(spoor.pid);
    const engines = childrenOf(spoor.pid).map(peakBytes);
    assert.notEqual(engines.length, 0);
    const mib = [server, ...engines].map((bytes) => Math.round(bytes / MIB));
    context.diagnostic(
      `at most ${mib[0]} MiB in the server, ${mib.slice(1).join(", ")} in its engine`,
    );
    assert.ok(server < SERVER_BYTES_MAX, `${mib[0]} MiB`);
    for (const engine of engines) assert.ok(engine < ENGINE_BYTES_MAX, `${engine} bytes`);
  },
);
