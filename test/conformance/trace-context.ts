/*
 * W3C's own tests of Trace Context: they call a service with headers and a list of addresses, and
 * judge the headers with which it calls these. The service is a few lines on our SDK.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { context, propagation, ROOT_CONTEXT, SpanKind, type Tracer } from "@opentelemetry/api";
import {
  alwaysOn,
  parentBased,
  SpoorContextManager,
  SpoorTracerProvider,
  W3cPropagator,
} from "@spoor/sdk";
import { fetchRepository, type Repository } from "./fetched.ts";

const TRACE_CONTEXT: Repository = {
  repository: "w3c/trace-context",
  commit: "acab820be9db7b3433668baa5cdd43f57f4c4be0",
};
const TEST_COUNT = 41;

/** How it came out, in words. */
export interface TraceContextResult {
  readonly text: string;
  readonly hasFailed: boolean;
}

/** Runs the suite, strictly, for level 2 of the specification. */
export async function runTraceContext(): Promise<TraceContextResult> {
  const folder = fetchRepository(TRACE_CONTEXT);
  if (folder === undefined) return skipped("it could not be fetched from GitHub");
  const python = ["python3", "/usr/bin/python3"].find(hasAiohttp);
  if (python === undefined) return skipped("it needs Python with aiohttp (python3-aiohttp)");
  const server = startService();
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  try {
    return await runPython(python, join(folder, "test"), `http://127.0.0.1:${port}/test`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function skipped(reason: string): TraceContextResult {
  return { text: `skipped: ${reason}`, hasFailed: false };
}

function hasAiohttp(python: string): boolean {
  return spawnSync(python, ["-c", "import aiohttp"], { stdio: "ignore" }).status === 0;
}

async function runPython(python: string, cwd: string, url: string): Promise<TraceContextResult> {
  const env = { ...process.env, STRICT_LEVEL: "2", SPEC_LEVEL: "2", SERVICE_ENDPOINT: url };
  const child = spawn(python, ["test.py", url], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, "close")) as [number]; // the event's arguments
  const ran = Number(/Ran (\d+) tests?/.exec(output)?.[1] ?? 0);
  const isComplete = code === 0 && ran === TEST_COUNT && !/skipped=/.test(output);
  if (isComplete) return { text: `${ran} of ${TEST_COUNT} passed`, hasFailed: false };
  return { text: `of ${ran} tests some did not pass\n${output.slice(-4000)}`, hasFailed: true };
}

/** Takes a list of calls to make, makes each under a client span, and answers. */
function startService(): Server {
  const contextManager = new SpoorContextManager();
  context.setGlobalContextManager(contextManager);
  propagation.setGlobalPropagator(new W3cPropagator());
  const provider = new SpoorTracerProvider({
    contextManager,
    sampler: parentBased({ root: alwaysOn }),
    sink: { accept: () => undefined, spansWaiting: () => undefined },
  });
  const tracer = provider.getTracer("trace-context");
  return createServer((incoming, response) => {
    const parent = propagation.extract(ROOT_CONTEXT, incoming.headersDistinct);
    tracer.startActiveSpan("serve", { kind: SpanKind.SERVER }, parent, (span) => {
      void answer(tracer, incoming, response).finally(() => span.end());
    });
  });
}

async function answer(
  tracer: Tracer,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await relay(tracer, incoming);
    response.end("ok");
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}

interface Call {
  readonly url: string;
  readonly arguments: unknown;
}

async function relay(tracer: Tracer, incoming: IncomingMessage): Promise<void> {
  let body = "";
  for await (const chunk of incoming.setEncoding("utf8")) body += String(chunk);
  // What the suite sends, by its README.
  const calls = JSON.parse(body) as Call[];
  await Promise.all(
    calls.map(async (call) =>
      tracer.startActiveSpan("call", { kind: SpanKind.CLIENT }, async (span) => {
        await post(call);
        span.end();
      }),
    ),
  );
}

async function post({ url, arguments: body }: Call): Promise<void> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  propagation.inject(context.active(), headers);
  const outgoing = request(url, { method: "POST", headers });
  outgoing.end(JSON.stringify(body));
  const [response] = (await once(outgoing, "response")) as [IncomingMessage]; // its arguments
  response.resume();
  await once(response, "end");
}
