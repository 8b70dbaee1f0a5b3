/* What the applications of this folder share. */
import { once } from "node:events";
import { trace } from "@opentelemetry/api";

const tracer = trace.getTracer("library-app");

/** Runs `use` within a span of that name. */
export function work(name, use) {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await use();
    } finally {
      span.end();
    }
  });
}

/** `Promise.withResolvers`, which Node 20 does not have. */
export function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Sends a request to `server` and reads the answer. */
export async function ask(server, path, options) {
  if (!server.listening) await once(server, "listening");
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, options);
  return await response.text();
}

/** Lets the application that is named after a library use it, and ends. */
export async function run(name, library) {
  const { use } = await import(`./${name}.mjs`);
  const answer = await use(library);
  process.send?.({ answer });
  if (process.connected) process.disconnect();
}
