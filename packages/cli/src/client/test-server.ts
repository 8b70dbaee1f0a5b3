/*
 * A server for the tests of the command line: answers with what it is given and remembers what it
 * was asked. Real HTTP on a free port of this machine.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Coverage,
  toTraceDocument,
  type Trace,
  type TraceSummaryDocument,
} from "@spoor/trace";

/** The coverage of an answer that lacks nothing. */
export const COMPLETE: Coverage = {
  complete: true,
  capped: null,
  sampledRate: 1,
  scannedRows: 7,
  tookMs: 1.5,
};

/** A running server. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** The path and query of each request. */
  readonly requests: readonly string[];
  /** Those that ask how long something usually takes: a remark beside an answer. */
  readonly remarks: readonly string[];
}

/** What to answer a request with. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts a server that answers everything with `answer`. */
export async function startTestServer(answer: Answer): Promise<TestServer> {
  const requests: string[] = [];
  const remarks: string[] = [];
  const server = createServer((request, response) => {
    const { url = "" } = request;
    (url.startsWith("/api/v1/baseline?") ? remarks : requests).push(url);
    answer(request, response);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    remarks,
    [Symbol.asyncDispose]: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

/** Answers with JSON. */
export function jsonAnswer(
  document: unknown,
  {
    status = 200,
    type = "application/json",
  }: { readonly status?: number; readonly type?: string } = {},
): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": type });
    response.end(JSON.stringify(document));
  };
}

/** Answers what is usual with a sentence, and everything else with `answer`. */
export function usualAnswer(sentence: string, answer: Answer): Answer {
  const usual = jsonAnswer({ p50Nano: 4_000_000, sentence });
  return (request, response) => {
    const isRemark = request.url?.startsWith("/api/v1/baseline?") === true;
    (isRemark ? usual : answer)(request, response);
  };
}

/** Answers lists with `summaries` and everything else with `trace`. */
export function traceAnswer(
  trace: Trace,
  summaries: readonly TraceSummaryDocument[],
  coverage: Coverage = COMPLETE,
): Answer {
  return (request, response) => {
    const isList = request.url?.startsWith("/api/v1/traces?") === true;
    const document = isList
      ? { traces: summaries, ...coverage }
      : { trace: toTraceDocument(trace), ...coverage };
    jsonAnswer(document)(request, response);
  };
}
