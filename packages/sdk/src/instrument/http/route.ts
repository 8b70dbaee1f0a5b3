/*
 * The route of an Express request, without a span or a wrapper for each of its middlewares.
 *
 * Express leaves `route.path`, a pattern, and `baseUrl` on the request. `baseUrl` is what the mount
 * paths of the routers matched, with values in the place of their parameters; taken as it is, every
 * shop of `app.use("/shops/:shop", router)` would be a route of its own. So a mount path that has
 * parameters gets one more middleware in front, which notes on the request which pattern stood for
 * this part of the address. Other mounts stay as they are and cost nothing.
 */
import type { IncomingMessage } from "node:http";

/** What Express adds to a request, and what we note there; all of it may be missing. */
interface ExpressRequest {
  readonly baseUrl?: unknown;
  readonly route?: { readonly path?: unknown };
  [MOUNTS]?: Mount[];
}

/** A part of an address, and the pattern that matched it. */
interface Mount {
  readonly baseUrl: string;
  readonly pattern: string;
}

const MOUNTS: unique symbol = Symbol("spoor.express.mounts");

/** The route pattern of an Express request, such as `/shops/:shop/items/:id`, or undefined. */
export function routeOf(request: IncomingMessage): string | undefined {
  // Express keeps its own fields on the request of node:http.
  const express = request as ExpressRequest;
  const path = patternText(express.route?.path);
  if (path === undefined) return undefined;
  const base = basePattern(express, typeof express.baseUrl === "string" ? express.baseUrl : "");
  return path === "/" && base !== "" ? base : base + path;
}

/** Makes `use` of Express routers (4 and 5) note mount paths that have parameters. */
export function noteMountPaths(router: unknown): void {
  const target = useOwner(router);
  if (target === undefined || MOUNTS in target.use) return;
  const original = target.use;
  const wrapped = function use(this: unknown, ...handlers: unknown[]): unknown {
    const pattern = patternText(handlers[0]);
    const isVariable = pattern !== undefined && /[:*(]/u.test(pattern);
    if (!isVariable) return Reflect.apply(original, this, handlers);
    const note = (request: ExpressRequest, _response: unknown, next: () => void): void => {
      noteMount(request, pattern);
      next();
    };
    return Reflect.apply(original, this, [handlers[0], note, ...handlers.slice(1)]);
  };
  target.use = Object.assign(wrapped, { [MOUNTS]: true });
}

interface UseOwner {
  use: (...handlers: unknown[]) => unknown;
}

/** Where `use` is: on the router function's prototype (Express 5), or on itself (Express 4). */
function useOwner(router: unknown): UseOwner | undefined {
  if (typeof router !== "function") return undefined;
  for (const owner of [router, router.prototype]) {
    // Both are objects that may hold the method; the check is the next line.
    const candidate = owner as Partial<UseOwner> | undefined;
    // As the check says.
    if (typeof candidate?.use === "function") return candidate as UseOwner;
  }
  return undefined;
}

function noteMount(request: ExpressRequest, pattern: string): void {
  if (typeof request.baseUrl !== "string") return;
  const mounts = (request[MOUNTS] ??= []);
  const { baseUrl } = request;
  // The part that this mount matched comes after what the mounts above it matched.
  const above = mounts.findLast((mount) => baseUrl.startsWith(`${mount.baseUrl}/`));
  const partCount = pattern.split("/").filter((part) => part !== "").length;
  const parts = baseUrl.split("/");
  const literal = parts.slice(0, Math.max(1, parts.length - partCount)).join("/");
  const prefix =
    above === undefined ? literal : above.pattern + literal.slice(above.baseUrl.length);
  mounts.push({ baseUrl, pattern: prefix + pattern });
}

function basePattern(request: ExpressRequest, baseUrl: string): string {
  const mount = request[MOUNTS]?.findLast(
    (one) => baseUrl === one.baseUrl || baseUrl.startsWith(`${one.baseUrl}/`),
  );
  return mount === undefined ? baseUrl : mount.pattern + baseUrl.slice(mount.baseUrl.length);
}

/** Express takes a path, a regular expression, or several of either. */
function patternText(path: unknown): string | undefined {
  if (typeof path === "string") return path;
  if (path instanceof RegExp) return String(path);
  if (!Array.isArray(path) || path.length === 0) return undefined;
  const texts = path.map(patternText);
  return texts.includes(undefined) ? undefined : texts.join("|");
}
