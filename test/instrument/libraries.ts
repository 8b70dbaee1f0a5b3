/** Runs the applications of `apps/libraries`, as both kinds of modules. */
import assert from "node:assert/strict";
import type { SeenSpan } from "./messages.ts";
import { type App, type AppOptions, startApp, treeLines } from "./run-apps.ts";

/** How an application is written. */
export const MODULE_KINDS = ["ES modules", "CommonJS"] as const;
/** One of them. */
export type ModuleKind = (typeof MODULE_KINDS)[number];

/** Lets an application use a library until it ends by itself, and finds nothing wrong. */
export async function runLibrary(
  name: string,
  kind: ModuleKind,
  options: AppOptions = {},
): Promise<App> {
  const file = kind === "CommonJS" ? "library.cjs" : "library.mjs";
  await using app = startApp(file, { ...options, args: [name] });
  await app.ended();
  assert.equal(app.errorOutput, "");
  const ids = new Set(app.spans.map(({ spanId }) => spanId));
  const orphans = app.spans.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId));
  assert.deepEqual(orphans, []);
  return app;
}

/** The trace that begins with the span of that name, as lines without it. */
export function below(app: App, root: string): string[] {
  const span = app.spans.find((one) => one.name === root && one.parentSpanId === "");
  assert.ok(span !== undefined, `no trace begins with ${root}: ${treeLines(app.spans).join("\n")}`);
  return treeLines(app.spans, span.spanId);
}

/** The only span of that name in the trace that begins with `root`. */
export function spanBelow(app: App, root: string, name: string): SeenSpan {
  const traceId = app.spans.find((one) => one.name === root)?.traceId;
  const found = app.spans.filter((one) => one.traceId === traceId && one.name === name);
  assert.equal(found.length, 1, `${name} below ${root}`);
  const [span] = found;
  assert.ok(span !== undefined);
  return span;
}
