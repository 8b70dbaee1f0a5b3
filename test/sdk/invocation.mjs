/* One invocation of a serverless function: makes spans, flushes, and is frozen or killed then. */
import { spoor } from "@spoor/sdk";

const handle = spoor();
const tracer = handle.getTracer("function");
for (let index = 0; index < 600; index += 1) tracer.startSpan(`step ${index}`).end();
const counts = await handle.flush({ deadlineMs: 30_000 });
process.stdout.write(`flushed ${JSON.stringify(counts)}\n`);
setInterval(() => undefined, 1000);
