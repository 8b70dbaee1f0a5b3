import type { Server, ServerOptions } from "node:http";
import {
  KEEP_ALIVE_MS,
  REQUEST_HEAD_MS_MAX,
  REQUEST_MS_MAX,
  TIMEOUT_CHECK_MS,
} from "../base/limits.ts";

/** How long a client of HTTP/1.1 may take; effective only after {@link enforceTimeouts}. */
export const HTTP_TIMEOUTS: ServerOptions = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: REQUEST_HEAD_MS_MAX,
  requestTimeout: REQUEST_MS_MAX,
  connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  noDelay: true,
};

/**
 * Makes a server that gets its connections handed, and never listens itself, look for requests that
 * take too long: Node starts that, and its list of connections, when a server begins to listen.
 */
export function enforceTimeouts(server: Server): void {
  server.emit("listening");
}
