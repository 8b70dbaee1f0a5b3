import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeTracesProtobuf } from "@spoor/otlp";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const CLI_PATH = fileURLToPath(new URL("../../packages/cli/bin/spoor.js", import.meta.url));

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor({ useMemoryStore: true });
});
after(() => spoor.stop());

interface Run {
  readonly code: number;
  readonly stdout: string;
}

async function doctor(...flags: string[]): Promise<Run> {
  const { promise, resolve } = Promise.withResolvers<Run>();
  execFile(process.execPath, [CLI_PATH, "doctor", ...flags], (error, stdout) => {
    resolve({ code: error === null ? 0 : Number(error.code), stdout });
  });
  return promise;
}

test("a server that works is found to work, over both protocols", async () => {
  const { code, stdout } = await doctor("--url", spoor.url);
  assert.match(stdout, /^ok {4}OTLP\/gRPC {2}port \d+, a span sent there could be read back/m);
  assert.match(stdout, /^ok {4}OTLP\/HTTP {2}port \d+, a span sent there could be read back/m);
  assert.match(stdout, /^ok {4}ready {6}takes spans$/m);
  assert.doesNotMatch(stdout, /FAIL|warn/);
  assert.equal(code, 0);
});

test("losses are told by reason and by sender, and do not change the exit code", async () => {
  const body = encodeTracesProtobuf([exampleSpan({ spanId: "0".repeat(16) })]);
  await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: new Uint8Array(body),
  });
  const { code, stdout } = await doctor("--url", spoor.url, "-o", "json");
  // The program under test is the one that defines this answer.
  const { findings } = JSON.parse(stdout) as {
    findings: { verdict: string; what: string; words: string }[];
  };
  const warnings = findings.filter(({ verdict }) => verdict === "warning");
  assert.deepEqual(
    warnings.map(({ what }) => what),
    ["loss", "sender"],
  );
  assert.equal(warnings[1]?.words, "checkout: 1 x span_id_invalid");
  assert.equal(code, 0);
});

test("a trace of more spans than are read at once is told, to its reader too", async () => {
  const { traceId } = exampleSpan();
  const spanCount = 102_000;
  for (let first = 0; first < spanCount; first += 6_000) {
    const spans = Array.from({ length: 6_000 }, () => exampleSpan({ traceId, name: "loop" }));
    const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(encodeTracesProtobuf(spans)),
    });
    assert.equal(response.status, 200);
  }
  const { code, stdout } = await doctor("--url", spoor.url);
  assert.match(
    stdout,
    new RegExp(`^warn {2}large +trace ${traceId} \\(checkout: loop\\) has 102000`, "m"),
  );
  assert.equal(code, 0);
  assert.match(spoor.stderr(), new RegExp(`trace ${traceId} .* has 102000 spans`));
  const metrics = await (await fetch(`${spoor.url}/metrics`)).text();
  assert.match(metrics, /^spoor_large_traces_total 1$/m);
  const trace = await (await fetch(`${spoor.url}/api/v1/traces/${traceId}`)).text();
  assert.match(trace, /"complete":false,"capped":\{"unit":"spans","limit":100000\}/);
});

test("a server that is not there is a failed check, exit code 1", async () => {
  const { code, stdout } = await doctor("--url", "http://127.0.0.1:9");
  assert.match(stdout, /^FAIL {2}server {5}no spoor at/);
  assert.equal(code, 1);
});
