/*
 * The thread that watches the event loop; see waits/loop-watch.ts. While the loop goes on it
 * compares two numbers a few times a second, and has loaded nothing that sends.
 */
import { Session } from "node:inspector";
import { setTimeout as delay } from "node:timers/promises";
import { deserialize } from "node:v8";
import { workerData } from "node:worker_threads";
import { systemClock } from "@spoor/trace/basics";
import type { SenderEvent } from "./base/sender-event.ts";
import type { SpanExporter, SpanExporterOptions } from "./export/span-exporter.ts";
import { LOOP_BLOCKED_MS, LOOP_CONFIRM_MS, LOOP_LOOK_MS } from "./waits/limits.ts";
import { BLOCKED_KEY, type BlockedAnswer, type LoopWatcherData } from "./waits/loop-message.ts";

// What LoopWatch hands over.
const data = workerData as LoopWatcherData;
let exporter: SpanExporter | undefined;

/**
 * Time is counted in looks: a machine that had no time, or was asleep, had none for this thread
 * either.
 */
async function watch(): Promise<never> {
  let beat = -1;
  let staleMs = 0;
  let dueMs = LOOP_BLOCKED_MS;
  for (;;) {
    await delay(LOOP_LOOK_MS);
    if (beats() === beat) {
      staleMs += LOOP_LOOK_MS;
      if (staleMs >= dueMs) dueMs = staleMs + (await lookInto(beat));
    } else {
      beat = beats();
      staleMs = 0;
      dueMs = LOOP_BLOCKED_MS;
    }
  }
}

function beats(): number {
  return Atomics.load(data.beats, 0);
}

/** Asks what blocks the loop, and tells it. Returns after how many ms to look again. */
async function lookInto(beat: number): Promise<number> {
  const session = new Session();
  session.connectToMainThread();
  // A question alone does not keep a thread alive.
  const kept = setInterval(() => undefined, LOOP_BLOCKED_MS);
  try {
    const { nextMs } = await ask(session, false);
    // A loop that only got no time of the machine goes on by then.
    await delay(LOOP_CONFIRM_MS);
    if (beats() !== beat) return nextMs;
    const answer = await ask(session, true);
    await send(answer.events);
    return answer.nextMs;
  } finally {
    clearInterval(kept);
    session.disconnect();
  }
}

async function ask(session: Session, isConfirmed: boolean): Promise<BlockedAnswer> {
  const askedUnixMs = systemClock.nowUnixNano() / 1_000_000n;
  const expression = `globalThis[Symbol.for("${BLOCKED_KEY}")]?.(${askedUnixMs}, ${isConfirmed})`;
  const text = await new Promise<unknown>((resolve, reject) => {
    session.post("Runtime.evaluate", { expression, returnByValue: true }, (error, answer) => {
      if (error === null) resolve(answer.result.value);
      else reject(error);
    });
  });
  // Nothing is there any more once the SDK was stopped.
  if (typeof text !== "string") return { events: [], nextMs: LOOP_BLOCKED_MS };
  // What LoopWatch has serialised.
  return deserialize(Buffer.from(text, "base64")) as BlockedAnswer;
}

async function send(events: readonly SenderEvent[]): Promise<void> {
  if (events.length === 0) return;
  exporter ??= await openExporter();
  exporter.exportLogs(events, { isUrgent: true });
}

async function openExporter(): Promise<SpanExporter> {
  const { SpanExporter: Exporter } = await import("./export/span-exporter.ts");
  // Whether the receiver takes anything, the exporter of the main thread says.
  const observer = { working() {}, failing() {}, recovered() {}, warn() {} };
  // What watch-part.ts puts there.
  const options = data.exporter as Omit<SpanExporterOptions, "observer">;
  return new Exporter({ ...options, observer });
}

await watch();
