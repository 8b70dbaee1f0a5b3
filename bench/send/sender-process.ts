/*
 * The process that makes and sends requests, so that its work is not counted as the server's. An
 * entry point, started by Sender.
 */
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Workload } from "../workload/workload.ts";
import { GrpcClient, type SendResult } from "./grpc-client.ts";
import type {
  FromSender,
  RequestRange,
  SendOptions,
  SendSummary,
  ToSender,
} from "./sender-messages.ts";

const RETRIES_MAX = 100;
const RETRY_DELAY_MS = 100;
const FAILURES_KEPT = 5;
const IN_FLIGHT_DEFAULT = 16;

/** Compressed ahead, by number. */
const prepared = new Map<number, Uint8Array>();

let workload: Workload | undefined;
let client: GrpcClient | undefined;
let visible = newVisible({ first: 0, count: 0 });

process.on("message", (message: ToSender) => {
  void answer(message);
});
process.on("disconnect", () => process.exit());

async function answer(message: ToSender): Promise<void> {
  switch (message.kind) {
    case "start":
      workload = new Workload(message.options.workload);
      client = new GrpcClient(message.options.port);
      return reply({ kind: "ready" });
    case "prepare":
      prepare(message.range);
      return reply({ kind: "ready" });
    case "send":
      visible = newVisible(message.send);
      return reply({ kind: "sent", summary: await send(message.send) });
  }
}

function reply(message: FromSender): void {
  process.send?.(message);
}

function started(): { readonly workload: Workload; readonly client: GrpcClient } {
  if (workload === undefined || client === undefined) throw new Error("start comes first");
  return { workload, client };
}

function prepare({ first, count }: RequestRange): void {
  for (let number = first; number < first + count; number += 1) {
    prepared.set(number, compress(number));
  }
}

/** Level 1: what a sender that saves its CPU uses. It costs the receiver more than level 6. */
function compress(number: number): Uint8Array {
  return gzipSync(started().workload.request(number), { level: 1 });
}

class Tally {
  #acknowledgedSpans = 0;
  #failedSpans = 0;
  #rejectedSpans = 0;
  readonly #failures: string[] = [];
  readonly #latenciesMs: number[] = [];

  add(result: SendResult, spans: number, latencyMs: number): void {
    if (result.kind === "acknowledged") {
      this.#acknowledgedSpans += spans - result.rejectedSpans;
      this.#rejectedSpans += result.rejectedSpans;
      this.#latenciesMs.push(latencyMs);
      return;
    }
    this.#failedSpans += spans;
    if (this.#failures.length < FAILURES_KEPT) this.#failures.push(result.message);
  }

  summary(elapsedMs: number): SendSummary {
    return {
      visibleMs: visible.delaysMs,
      acknowledgedSpans: this.#acknowledgedSpans,
      failedSpans: this.#failedSpans,
      rejectedSpans: this.#rejectedSpans,
      failures: this.#failures,
      latenciesMs: this.#latenciesMs,
      elapsedMs,
    };
  }
}

async function send(options: SendOptions): Promise<SendSummary> {
  const tally = new Tally();
  const startedMs = performance.now();
  await (options.spansPerSecond === undefined ? sendClosed : sendOpen)(options, tally);
  await visible.asking;
  return tally.summary(performance.now() - startedMs);
}

async function sendClosed(options: SendOptions, tally: Tally): Promise<void> {
  const { first, count, inFlight = IN_FLIGHT_DEFAULT } = options;
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < first + count) {
      const number = next;
      next += 1;
      await sendOne(number, tally, performance.now());
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

async function sendOpen(options: SendOptions, tally: Tally): Promise<void> {
  const { first, count, spansPerSecond = 1 } = options;
  const startMs = performance.now();
  let spans = 0;
  const sending: Promise<void>[] = [];
  for (let number = first; number < first + count; number += 1) {
    const dueMs = startMs + (spans / spansPerSecond) * 1000;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await pause(waitMs);
    // A body that is not prepared would be made in the time of the requests behind it.
    sending.push(sendOne(number, tally, dueMs));
    spans += started().workload.spansIn(number);
  }
  await Promise.all(sending);
}

/** A refused request is sent again, as the protocol asks for; one without an answer is not. */
async function sendOne(number: number, tally: Tally, dueMs: number): Promise<void> {
  const { workload: made, client: grpc } = started();
  const body = prepared.get(number) ?? compress(number);
  prepared.delete(number);
  let result = await grpc.send(body);
  for (let retry = 0; result.kind === "refused" && retry < RETRIES_MAX; retry += 1) {
    await pause(RETRY_DELAY_MS);
    result = await grpc.send(body);
  }
  tally.add(result, made.spansIn(number), performance.now() - dueMs);
  if (result.kind === "acknowledged") askWhetherVisible(number);
}

interface Visible {
  readonly asked: SendOptions["visible"];
  readonly delaysMs: number[];
  nextMs: number;
  asking: Promise<void>;
}

function newVisible({ visible: asked }: SendOptions): Visible {
  return { asked, delaysMs: [], nextMs: 0, asking: Promise.resolve() };
}

/** One request at a time: waiting behind another question says nothing about the spans. */
function askWhetherVisible(number: number): void {
  const ackMs = performance.now();
  const { asked } = visible;
  if (asked === undefined || ackMs < visible.nextMs) return;
  visible.nextMs = Infinity;
  visible.asking = measureVisible(number, { ackMs, ...asked });
}

async function measureVisible(
  number: number,
  { ackMs, url, everyMs }: { ackMs: number; url: string; everyMs: number },
): Promise<void> {
  await untilVisible(url, lastTraceOf(number));
  visible.delaysMs.push(performance.now() - ackMs);
  visible.nextMs = performance.now() + everyMs;
}

/** The last trace that ends in a request, so that its last span is one of that request. */
function lastTraceOf(number: number): string {
  const { workload: made } = started();
  return made.traceId(Math.max(0, made.wholeTracesBefore(number + 1) - 1));
}

async function untilVisible(url: string, traceId: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/api/v1/traces/${traceId}`);
    const text = await response.text();
    // Complete: nothing that was acknowledged before the question is missing in the answer.
    if (response.ok && text.includes(`"complete":true`)) return;
    await pause(10);
  }
}
