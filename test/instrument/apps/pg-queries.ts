/*
 * Every way in which pg takes a query and answers it, each below a span of its own. NATIVE_PG names
 * a folder that has pg with libpq, whose clients are taken then.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { trace } from "@opentelemetry/api";
import * as plain from "pg";
import { required } from "./lifecycle.ts";

const folder = process.env["NATIVE_PG"];
const { Client, Query } = folder === undefined ? plain : nativePg(folder);

const tracer = trace.getTracer("pg-app");
const client = new Client({ connectionString: required("DATABASE_URL") });
await client.connect();

/** Which span is active where the answer arrives. */
const arrivals: Record<string, boolean> = {};

async function work(name: string, ask: (arrived: () => void) => Promise<unknown>): Promise<void> {
  await tracer.startActiveSpan(name, async (span) => {
    await ask(() => (arrivals[name] = trace.getActiveSpan() === span));
    span.end();
  });
}

await work("promise", async (arrived) => {
  await client.query("SELECT 'secret' AS word, 1 AS n");
  arrived();
});
await work("callback", (arrived) => answered((done) => client.query("SELECT 2", done), arrived));
await work("values", (arrived) =>
  answered((done) => client.query("SELECT $1::int", [3], done), arrived),
);
await work("forwarded", (arrived) => answered((done) => forward("SELECT 3", done), arrived));
const config = { name: "by-number", text: "SELECT $1::int", values: [4], callback: undefined };
await work("object", async (arrived) => {
  await client.query(config);
  arrived();
});
await work("object with callback", (arrived) =>
  // The types of pg do not know of the field.
  answered((callback) => client.query({ ...config, callback } as never), arrived),
);
await work("submitted", async (arrived) => {
  const query = client.query(new Query("SELECT 5"));
  await new Promise((resolve) => query.once("end", resolve).once("end", arrived));
});
await work("failed", async () => {
  await client.query("SELECT 1 / 0").catch(() => undefined);
});
await work("failed callback", (arrived) =>
  answered((done) => client.query("SELECT no_such_column", done), arrived),
);
await work("failed submitted", async () => {
  const query = client.query(new Query("SELECT 1 / 0"));
  await new Promise((resolve) => query.once("error", resolve));
});
const isUntouched = config.callback === undefined;
let isThrown = false;
try {
  // What TypeScript would refuse, and JavaScript does not.
  void client.query(null as never);
} catch {
  isThrown = true;
}
await client.end();
process.send?.({ answer: { arrivals, isUntouched, isThrown } });
process.disconnect();

function nativePg(path: string): Pick<typeof plain, "Client" | "Query"> {
  // What pg exports, where libpq is installed with it.
  const { native } = createRequire(join(path, "any.js"))("pg") as typeof plain;
  if (native === null) throw new Error(`there is no pg-native in ${path}`);
  return native;
}

/** As wrappers do: with a place for everything, whether it is there or not. */
function forward(...parts: unknown[]): unknown {
  const [text, values, callback] = parts;
  // Whatever the application was given.
  return client.query(text as string, values as unknown[], callback as () => void);
}

function answered(
  ask: (done: (error: unknown) => void) => unknown,
  arrived: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    ask(() => {
      arrived();
      resolve();
    });
  });
}
