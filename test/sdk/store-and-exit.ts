/*
 * With `exit` as its argument: stores spans in the queue on disk that the environment names, makes
 * some more, and exits at once. With `drain`: waits until as many were sent, and ends.
 */
import { setTimeout as delay } from "node:timers/promises";
import { spoor } from "@spoor/sdk";

const handle = spoor();
const tracer = handle.getTracer("store-and-exit");

function makeSpans(count: number): void {
  for (let made = 0; made < count; made += 1) tracer.startSpan(`work ${made}`).end();
}

if (process.argv[2] === "drain") {
  while (handle.counts().sent < 405) await delay(20);
  process.stdout.write(`${JSON.stringify(await handle.shutdown())}\n`);
} else {
  for (let batch = 0; batch < 4; batch += 1) {
    makeSpans(100);
    await handle.flush();
  }
  makeSpans(5);
  process.exit();
}
