/*
 * Whether a server that is sent far more than it can take stays in one piece.
 *
 * 1. Many more senders than the budget of requests in flight has room for send without a pause,
 *    each its next request as soon as the one before is answered, however it is answered.
 * 2. Every answer must be a success or a refusal that may be repeated, with a hint of two seconds
 *    at most; no connection may break. The memory of the server and its engine is watched.
 * 3. The server stops, and starts again until its spool is empty. What the engine holds must be
 *    what was accepted, span for span.
 */
import { mkdtemp } from "node:fs/promises";
import { Agent, request as startRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { LossAnswer } from "@spoor/trace";
import { removeDataPath, startSpoor } from "../test/spoor-process.ts";
import { PeakMemory } from "./measure/peak-memory.ts";
import { percentile } from "./measure/statistics.ts";
import { storedSpans, withEngine } from "./measure/stored-data.ts";
import { type Figures, type Report, rounded } from "./report/report.ts";
import { Workload } from "./workload/workload.ts";

/** How much to run. */
export interface OverloadOptions {
  readonly seconds: number;
  /** Some 25 of these requests fill the budget of what may be in flight. */
  readonly senders: number;
  readonly seed: number;
}

const HINT_SECONDS_MAX = 2;
const DRAIN_POLL_MS = 100;
const TEMPLATE_REQUESTS = 32;

/**
 * Put together to one body, which protobuf allows. A sender waits two seconds for a refusal, so
 * that only large requests make few senders ask for many times what the server can take.
 */
const REQUESTS_PER_BODY = 8;

interface Body {
  readonly bytes: Uint8Array;
  readonly spanCount: number;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

interface Tally {
  requests: number;
  accepted: number;
  acceptedSpans: number;
  refused: number;
  /** What is neither a success nor a refusal as it has to be, in words. */
  readonly wrong: string[];
  readonly acceptedMs: number[];
}

/** Measures, prints, and returns the figures; `wrong` and `lost` must be 0. */
export async function runOverload(options: OverloadOptions, report: Report): Promise<Figures> {
  report.header(`Overload: ${options.senders} senders for ${options.seconds} s`);
  const dataPath = await mkdtemp(join(tmpdir(), "spoor-overload-"));
  const tally: Tally = {
    requests: 0,
    accepted: 0,
    acceptedSpans: 0,
    refused: 0,
    wrong: [],
    acceptedMs: [],
  };
  try {
    const server = await startSpoor({ dataPath });
    let peakMiB = 0;
    try {
      using memory = new PeakMemory(server.pid);
      await sendAll(options, { port: server.httpPort, tally });
      peakMiB = memory.peakMiB;
      const { status } = await fetch(`${server.url}/readyz`);
      if (status !== 200) tally.wrong.push(`not ready after the load: ${status}`);
    } finally {
      await server.stop();
    }
    await storeWhatWaits(dataPath);
    const { spans } = await withEngine(dataPath, storedSpans);
    for (const words of new Set(tally.wrong)) report.line(words);
    return {
      seconds: options.seconds,
      requests: tally.requests,
      accepted: tally.accepted,
      refused: tally.refused,
      wrong: tally.wrong.length,
      acceptedSpans: tally.acceptedSpans,
      lost: tally.acceptedSpans - spans,
      timesCapacity: rounded(tally.requests / Math.max(1, tally.accepted)),
      acceptedP50Ms: rounded(percentile(tally.acceptedMs, 0.5)),
      rssMiB: Math.round(peakMiB),
    };
  } finally {
    await removeDataPath(dataPath);
  }
}

/** A stop waits for the store only so long; the next start stores what is in the spool. */
async function storeWhatWaits(dataPath: string): Promise<void> {
  const server = await startSpoor({ dataPath });
  try {
    while ((await lossOf(server.url)).spool.segmentCount > 0) await setTimeout(DRAIN_POLL_MS);
  } finally {
    await server.stop();
  }
}

async function lossOf(url: string): Promise<LossAnswer> {
  const response = await fetch(`${url}/api/v1/loss`);
  // The answer of our own server, which the test of its API holds to this shape.
  return (await response.json()) as LossAnswer;
}

async function sendAll(
  { seconds, senders, seed }: OverloadOptions,
  { port, tally }: { readonly port: number; readonly tally: Tally },
): Promise<void> {
  const bodies = makeBodies(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: senders });
  const endMs = performance.now() + seconds * 1000;
  const sender = async (first: number): Promise<void> => {
    for (let number = first; performance.now() < endMs; number += 1) {
      const body = bodies[number % bodies.length];
      if (body === undefined) return;
      const startedMs = performance.now();
      const answer = await send(agent, port, body.bytes);
      count(tally, body, answer, performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, index) => sender(index)));
  agent.destroy();
}

function makeBodies(seed: number): Body[] {
  const workload = new Workload({
    name: "realistic",
    seed,
    templateRequests: TEMPLATE_REQUESTS,
    startUnixNano: BigInt(Date.now()) * 1_000_000n,
    spansPerSecond: 20_000,
  });
  return Array.from({ length: TEMPLATE_REQUESTS / REQUESTS_PER_BODY }, (_, index) => {
    const numbers = Array.from(
      { length: REQUESTS_PER_BODY },
      (__, place) => index * REQUESTS_PER_BODY + place,
    );
    const parts = numbers.map((number) => workload.request(number));
    return {
      bytes: gzipSync(Buffer.concat(parts), { level: 1 }),
      spanCount: numbers.reduce((sum, number) => sum + workload.spansIn(number), 0),
    };
  });
}

function count(tally: Tally, body: Body, answer: Answer | Error, elapsedMs: number): void {
  tally.requests += 1;
  if (answer instanceof Error) {
    tally.wrong.push(`a connection broke: ${answer.message}`);
  } else if (answer.status === 200) {
    tally.accepted += 1;
    tally.acceptedSpans += body.spanCount;
    tally.acceptedMs.push(elapsedMs);
  } else {
    tally.refused += 1;
    const hint = Number(answer.retryAfter);
    const mayRepeat = answer.status === 429 || answer.status === 503;
    if (!mayRepeat || !(hint > 0 && hint <= HINT_SECONDS_MAX)) {
      tally.wrong.push(`status ${answer.status} with retry-after ${answer.retryAfter}`);
    }
  }
}

function send(agent: Agent, port: number, bytes: Uint8Array): Promise<Answer | Error> {
  const { promise, resolve } = Promise.withResolvers<Answer | Error>();
  const request = startRequest(
    {
      agent,
      port,
      host: "127.0.0.1",
      method: "POST",
      path: "/v1/traces",
      headers: {
        "content-type": "application/x-protobuf",
        "content-encoding": "gzip",
        "content-length": bytes.length,
      },
    },
    (response) => {
      const { statusCode: status = 0, headers } = response;
      response.resume();
      response.once("end", () => resolve({ status, retryAfter: headers["retry-after"] }));
      response.once("error", resolve);
    },
  );
  request.once("error", resolve);
  request.end(bytes);
  return promise;
}
