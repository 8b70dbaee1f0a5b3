/*
 * The route of a Hono request. Every route of an application comes by the `add` of its router; the
 * handler that is added there first leaves its pattern where the SERVER span looks for it. No span
 * of its own, and no package.
 *
 * Hono exports its class, of which each copy (CommonJS, ES module) has routers of its own; their
 * class is found by making an empty application.
 */
import { context } from "@opentelemetry/api";
import { guarded, type OnFailure } from "../base/guard.ts";
import { requestMetadata } from "./http-context.ts";

const PATCHED: unique symbol = Symbol("spoor.hono");

type Handler = (...parts: unknown[]) => unknown;

interface HonoRouter {
  add: (method: string, path: string, handler: unknown) => unknown;
  [PATCHED]?: true;
}

/** Makes the routers of a copy of Hono note the routes that answer. */
export function noteHonoRoutes(exports: unknown, onFailure: OnFailure): void {
  guarded("hono", onFailure, () => {
    // What Hono exports, of which the next line makes sure.
    const { Hono } = exports as { readonly Hono?: new () => { readonly router: object } };
    if (typeof Hono !== "function") return;
    // A router of Hono, whose methods are those of its class.
    const prototype = Object.getPrototypeOf(new Hono().router) as HonoRouter;
    if (Object.hasOwn(prototype, PATCHED)) return;
    const { add } = prototype;
    prototype.add = function addNoted(this: HonoRouter, method, path, handler) {
      return Reflect.apply(add, this, [method, path, noted(method, path, handler)]);
    };
    prototype[PATCHED] = true;
  });
}

/** A router is given pairs of a handler and what the application wrote of it. */
function noted(method: string, path: string, pair: unknown): unknown {
  // What `use` adds runs for many routes and answers none.
  const isMiddleware = method === "ALL" && path.endsWith("*");
  if (isMiddleware || !Array.isArray(pair) || typeof pair[0] !== "function") return pair;
  // A handler, as the line before says.
  const handler = pair[0] as Handler;
  const noting: Handler = (...parts) => {
    const metadata = requestMetadata(context.active());
    if (metadata !== undefined) metadata.route = path;
    return handler(...parts);
  };
  // Hono tells its own handlers by what it writes on them.
  return [Object.assign(noting, handler), ...pair.slice(1)];
}
