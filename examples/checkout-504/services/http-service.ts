/* What the three services share: routes, JSON answers, and a clean end. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { trace } from "@opentelemetry/api";

/** A request as the handlers see it. */
export interface HttpRequest {
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

/** What a handler answers; the body is sent as JSON. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The handlers of one service, by method and path: "GET /inventory". */
export type Routes = Readonly<Record<string, (request: HttpRequest) => Promise<HttpAnswer>>>;

/**
 * Serves `routes` on PORT, or on any free port, until SIGTERM.
 *
 * A parent process that started us with a message channel is told the port, and when that parent
 * dies we end too.
 */
export function serveHttp(routes: Routes, closeConnections: () => Promise<void>): void {
  const server = createServer((request, response) => void answer(routes, request, response));
  server.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1", () => {
    const address = server.address();
    if (typeof address === "object") process.send?.({ port: address?.port });
  });

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    if (process.connected) process.disconnect();
    server.close();
    server.closeAllConnections();
    closeConnections().catch((error: unknown) => console.error("cannot close:", error));
  };
  process.once("SIGTERM", stop);
  process.once("disconnect", stop);
}

async function answer(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const route = `${request.method} ${url.pathname}`;
  const handle = routes[route];
  if (handle === undefined) {
    response.writeHead(404).end();
    return;
  }
  // The span of node:http knows no routes. A web framework's instrumentation does this for you.
  trace.getActiveSpan()?.updateName(route).setAttribute("http.route", url.pathname);
  const { status, body, headers } = await handle({
    query: url.searchParams,
    headers: request.headers,
  }).catch(internalError);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}

function internalError(error: unknown): HttpAnswer {
  console.error("internal error:", error);
  return { status: 500, body: { error: "internal error" } };
}

/** The URL of another service or store, from the environment. */
export function requiredUrl(name: string): string {
  const url = process.env[name];
  if (url === undefined) throw new Error(`cannot start: set ${name}`);
  return url;
}
