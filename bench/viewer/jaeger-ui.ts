/*
 * A build of Jaeger UI over one trace: its files as they are, and the few answers that its page of
 * a trace asks for, in its own words.
 */
import { createReadStream, existsSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { serviceName, type Span } from "@spoor/trace";
import type { Page } from "playwright-core";
import { isIdle, type TraceViewer } from "../../test/browser/trace-budgets.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".ico": "image/x-icon",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** A server of a viewer. */
export interface ServedViewer extends AsyncDisposable {
  readonly viewer: TraceViewer;
}

/** Serves the build in `folder` with a trace of these spans, of which the first is the root. */
export async function serveJaegerUi(folder: string, spans: Iterable<Span>): Promise<ServedViewer> {
  const { traceId, pieces } = traceJson(spans);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === `/api/traces/${traceId}`) sendPieces(response, pieces);
    else if (pathname.startsWith("/api/")) sendPieces(response, ['{"data":[],"total":0}']);
    else sendFile(response, folder, pathname);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    viewer: {
      url: `http://127.0.0.1:${port}/trace/${traceId}`,
      tree: ".VirtualizedTraceView--spans",
      settled: async (page) => {
        await page.locator(".span-name").first().waitFor();
        await isIdle(page);
      },
      scroll,
      openDetails,
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** As pieces, because a large trace is longer than a string may be. */
function traceJson(spans: Iterable<Span>): { traceId: string; pieces: string[] } {
  const processes = new Map<string, string>();
  const pieces: string[] = [];
  let traceId = "";
  for (const span of spans) {
    ({ traceId } = span);
    const service = serviceName(span.resource);
    const processID = processes.get(service) ?? `p${processes.size + 1}`;
    processes.set(service, processID);
    pieces.push((pieces.length === 0 ? "" : ",") + JSON.stringify(spanJson(span, processID)));
  }
  const named = Array.from(processes, ([serviceNameOfIt, id]) => [
    id,
    { serviceName: serviceNameOfIt, tags: [] },
  ]);
  pieces.unshift(`{"data":[{"traceID":"${traceId}","spans":[`);
  pieces.push(`],"processes":${JSON.stringify(Object.fromEntries(named))}}]}`);
  return { traceId, pieces };
}

function spanJson(span: Span, processID: string): object {
  const { traceId: traceID, spanId: spanID, parentSpanId, name } = span;
  const length = Number(span.endTimeUnixNano - span.startTimeUnixNano);
  return {
    traceID,
    spanID,
    processID,
    operationName: name,
    startTime: Number(span.startTimeUnixNano / 1000n),
    duration: Math.round(length / 1000),
    references: parentSpanId === "" ? [] : [{ refType: "CHILD_OF", traceID, spanID: parentSpanId }],
    tags: Array.from(span.attributes, ([key, value]) =>
      typeof value === "bigint"
        ? { key, type: "int64", value: Number(value) }
        : { key, type: "string", value },
    ),
    logs: [],
    warnings: null,
  };
}

function sendPieces(response: ServerResponse, pieces: readonly string[]): void {
  response.writeHead(200, { "content-type": "application/json" });
  for (const piece of pieces) response.write(piece);
  response.end();
}

function sendFile(response: ServerResponse, folder: string, pathname: string): void {
  const wished = join(folder, normalize(decodeURIComponent(pathname)));
  const path = extname(wished) !== "" && existsSync(wished) ? wished : join(folder, "index.html");
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
}

async function scroll(page: Page, stepCount: number): Promise<void> {
  await page.evaluate(async (steps) => {
    for (let step = 0; step < steps; step += 1) {
      window.scrollBy(0, 400);
      await new Promise<void>((resolve) => {
        requestAnimationFrame(() => resolve());
      });
    }
  }, stepCount);
}

async function openDetails(page: Page, count: number): Promise<void> {
  for (let detail = 0; detail < count; detail += 1) {
    const click = (): Promise<void> =>
      page.evaluate((nth) => {
        const names = [...document.querySelectorAll<HTMLElement>(".span-name")];
        const inSight = names.filter((one) => one.getBoundingClientRect().top > 200);
        inSight[nth]?.click();
      }, detail);
    await click();
    await page.locator(".detail-row").first().waitFor();
    await click();
    await page.locator(".detail-row").first().waitFor({ state: "detached" });
  }
}
