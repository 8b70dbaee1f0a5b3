/*
 * Under load, what was acknowledged is in every answer that says it is complete, and such an answer
 * comes within a second: traces, searches, numbers, lists of the catalogue, calls, log records.
 */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { cpus, loadavg } from "node:os";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { encodeLogsProtobuf, encodeTracesProtobuf } from "@spoor/otlp";
import { plainResource, serviceName, type Span, SpanKind } from "@spoor/trace";
import { Workload } from "../../bench/workload/workload.ts";
import { exampleSpan } from "../example-span.ts";
import { exampleLogRecord } from "../log-records.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

/** Of every log record that is sent here. */
const LOG_SERVICE = serviceName(exampleLogRecord().resource);

const ROUNDS = 4;
/** Requests have some 512 spans: up to 20,000 a second. */
const SEND_EVERY_MS = 25;
const SOON_MS = 1_000;
const POLL_MS = 20;
const ANSWER_MS_MAX = 60_000;
/**
 * Where a machine is so busy with other work that the store never catches up with the load, the
 * load is given up when an answer took so long, and only what is in the answers is looked at.
 */
const LOADED_MS_MAX = 5_000;

async function post(
  { httpPort }: SpoorProcess,
  path: string,
  body: Uint8Array,
  compression: "gzip" | "identity" = "identity",
): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${httpPort}${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", "content-encoding": compression },
    body: body as Uint8Array<ArrayBuffer>,
  });
  await response.arrayBuffer();
  assert.equal(response.status, 200);
}

/** Written by who asks, read by who sends. */
const load = { isGivenUp: false };

/** Asks until the answer is complete; returns it, and how long that took. */
async function complete(url: string): Promise<{ readonly text: string; readonly tookMs: number }> {
  const startedMs = performance.now();
  for (;;) {
    const response = await fetch(url);
    const text = await response.text();
    if (response.status === 200 && text.includes('"complete":true')) {
      return { text, tookMs: performance.now() - startedMs };
    }
    const elapsedMs = performance.now() - startedMs;
    if (elapsedMs > LOADED_MS_MAX) load.isGivenUp = true;
    assert.ok(elapsedMs < ANSWER_MS_MAX, `${url} is not complete: ${text.slice(0, 300)}`);
    await pause(POLL_MS);
  }
}

/** Keeps the server busy until it is stopped. */
async function sendLoad(spoor: SpoorProcess, signal: AbortSignal): Promise<void> {
  const workload = new Workload({
    // Its services make fewer calls than a map tells, so that the map is complete.
    name: "jaeger",
    seed: 9,
    templateRequests: 8,
    startUnixNano: BigInt(Date.now()) * 1_000_000n,
    spansPerSecond: 10_000,
  });
  const bodies = Array.from({ length: 8 }, (_, number) =>
    gzipSync(workload.request(number), { level: 1 }),
  );
  for (let number = 0; !signal.aborted; number += 1) {
    const body = bodies[number % bodies.length] ?? gzipSync("");
    if (load.isGivenUp) return;
    await post(spoor, "/v1/traces", body, "gzip");
    await pause(SEND_EVERY_MS);
  }
}

/** A call from one service to another, of which everything is new, and a log record of it. */
function marker(number: number): {
  readonly caller: Span;
  readonly callee: Span;
  readonly questions: readonly (readonly [path: string, expected: string])[];
} {
  const service = `marker-${number}`;
  const caller = exampleSpan({
    resource: plainResource(service),
    kind: SpanKind.client,
    attributes: new Map([["marker.value", `value-${number}`]]),
  });
  const { traceId, spanId } = caller;
  const called = { traceId, parentSpanId: spanId, resource: plainResource(`${service}-called`) };
  const callee = exampleSpan({ ...called, kind: SpanKind.server, name: `handle ${service}` });
  const query = encodeURIComponent(`{ span.marker.value = "value-${number}" }`);
  return {
    caller,
    callee,
    questions: [
      [`traces/${traceId}`, spanId],
      [`traces?service=${service}`, traceId],
      [`traces/${traceId}/logs`, "order placed"],
      [`logs?service=${LOG_SERVICE}&contains=order%20placed`, traceId],
      [`search?q=${query}`, traceId],
      [`query-range?q=${query}%7Crate()&from=-1h`, "exemplars"],
      [`groups?q=${query}&by=name`, caller.name],
      ["services", service],
      [`names?service=${service}-called`, `handle ${service}`],
      ["keys?prefix=marker", "marker.value"],
      ["values?key=span.marker.value", `value-${number}`],
      ["map", `${service}-called`],
      [`baseline?service=${service}-called&name=handle%20${service}`, '"spanCount":1'],
    ],
  };
}

/** Asks everything, each by itself; returns how long each answer took. */
async function round(spoor: SpoorProcess, number: number): Promise<ReadonlyMap<string, number>> {
  const { caller, callee, questions } = marker(number);
  const { traceId, spanId } = caller;
  await post(spoor, "/v1/traces", encodeTracesProtobuf([caller, callee]));
  await post(spoor, "/v1/logs", encodeLogsProtobuf([exampleLogRecord({ traceId, spanId })]));
  const took = new Map<string, number>();
  for (const [path, expected] of questions) {
    const { text, tookMs } = await complete(`${spoor.url}/api/v1/${path}`);
    assert.ok(text.includes(expected), `${path} has ${expected}: ${text.slice(0, 300)}`);
    took.set(path.replace(/\?.*/u, "").replace(traceId, "{id}"), tookMs);
  }
  return took;
}

test("an acknowledged span is in every answer within a second, under load", async (context) => {
  const [load1 = 0] = loadavg();
  const spoor = await startSpoor();
  const stopping = new AbortController();
  const loading = sendLoad(spoor, stopping.signal);
  try {
    const rounds: ReadonlyMap<string, number>[] = [];
    for (let number = 0; number < ROUNDS; number += 1) rounds.push(await round(spoor, number));
    // On a machine that others use, how long it takes says nothing about this server.
    const isOurs = load1 < cpus().length;
    if (isOurs) assert.equal(load.isGivenUp, false, "the store falls behind");
    for (const name of rounds[0]?.keys() ?? []) {
      const tookMs = rounds.map((took) => took.get(name) ?? 0).toSorted((a, b) => a - b);
      context.diagnostic(`${name}: ${tookMs.map(Math.round).join(", ")} ms`);
      const median = tookMs[ROUNDS >> 1] ?? 0;
      if (isOurs) assert.ok(median < SOON_MS, `${name}: the median is ${median} ms`);
    }
  } finally {
    stopping.abort();
    await loading;
    await spoor.stop();
  }
});
