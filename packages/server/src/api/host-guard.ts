import type { MiddlewareHandler } from "hono";
import { answerProblem } from "./problem.ts";

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether an address to listen on can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/**
 * Refuses requests whose Host header names another machine.
 *
 * Without it a web page that its visitor's browser resolves to 127.0.0.1 (DNS rebinding) could
 * read every trace. Only needed where nobody but this machine should ask.
 */
export function guardHost(): MiddlewareHandler {
  return async (context, next) => {
    const host = (context.req.header("host") ?? "").replace(/:\d+$/, "").toLowerCase();
    if (LOOPBACK_NAMES.has(host) || /^127(?:\.\d+){3}$/.test(host)) return next();
    return answerProblem(context, {
      code: "SPOOR_API_HOST_REFUSED",
      title: "Not the name of this machine",
      status: 403,
      detail: `the Host header says "${host.slice(0, 100)}", and this server listens on loopback only`,
      hint: "open http://localhost, or start the server with --host to serve other machines",
    });
  };
}
