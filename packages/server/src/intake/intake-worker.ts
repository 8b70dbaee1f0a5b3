/*
 * An intake worker: an entry point, started by WorkerIntake as a thread. Decompresses, decodes and
 * spools requests, and encodes each segment for the store when it is sealed.
 *
 * Everything here blocks nobody but the requests of this worker: the main thread only moves bytes.
 */
import { parentPort, type Transferable } from "node:worker_threads";
import { errorMessage, LossLedger } from "@spoor/trace";
import { giveWay } from "./give-way.ts";
import { INTAKE_NICENESS } from "../base/limits.ts";
import { emptied, newBatches } from "./decode-request.ts";
import { refusedAsNotKept } from "./intake.ts";
import { type SealedSegment, sealFromFile, SegmentBuilder, takeLosses } from "./segment-builder.ts";
import { warmUp } from "./warm-up.ts";
import type { FromWorker, Reply, ToWorker } from "./worker-messages.ts";

const ledger = new LossLedger();
const reportedLosses = new Map<string, number>();
let replies: Reply[] = [];
let batches = newBatches();
/** The segment that requests go into; rejected when it could not be started. */
let builder: Promise<SegmentBuilder> = Promise.reject(new Error("no segment was started"));
builder.catch(() => undefined);
let hasTaken = false;
giveWay(INTAKE_NICENESS);
void warmUp(() => !hasTaken);

parentPort?.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "start":
      // The segment before it was sealed and sent: nobody looks at its columns any more.
      batches = emptied(batches);
      builder = SegmentBuilder.start(message.place, { ledger, batches, limits: message.limits });
      builder.catch((error: unknown) => {
        send({ kind: "startFailed", message: errorMessage(error) });
      });
      break;
    case "take":
      hasTaken = true;
      void take(message, builder);
      break;
    case "seal":
      void seal(builder);
      break;
    case "reread":
      void reread(message);
      break;
  }
});

async function take(
  { id, request }: Extract<ToWorker, { kind: "take" }>,
  building: Promise<SegmentBuilder>,
): Promise<void> {
  try {
    reply({ id, reply: await (await building).take(request) });
  } catch (error) {
    reply({ id, reply: refusedAsNotKept(errorMessage(error)) });
  }
}

async function seal(building: Promise<SegmentBuilder>): Promise<void> {
  // A segment that could not be started was reported when it failed.
  const started = await building.catch(() => undefined);
  if (started !== undefined) sendSealed(await started.seal());
}

async function reread({
  path,
  sequence,
  limits,
}: Extract<ToWorker, { kind: "reread" }>): Promise<void> {
  try {
    sendSealed(await sealFromFile(path, sequence, limits));
  } catch (error) {
    send({ kind: "rereadFailed", sequence, message: errorMessage(error) });
  }
}

/** Replies of one turn go in one message: a whole group of them becomes durable at once. */
function reply(one: Reply): void {
  replies.push(one);
  if (replies.length > 1) return;
  setImmediate(sendReplies);
}

function sendReplies(): void {
  if (replies.length === 0) return;
  const losses = takeLosses(ledger, reportedLosses);
  send({ kind: "replies", replies, losses });
  replies = [];
}

function sendSealed(sealed: SealedSegment): void {
  // Whoever keeps the accounts hears of the spans of a segment before it hears of the segment.
  sendReplies();
  const blocks = [sealed.block, sealed.logBlock].filter((block) => block !== undefined);
  send(
    { kind: "sealed", sealed },
    blocks.map(({ bytes }) => bytes.buffer),
  );
}

function send(message: FromWorker, transfer: readonly Transferable[] = []): void {
  parentPort?.postMessage(message, [...transfer]);
}
