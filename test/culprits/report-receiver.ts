/* Takes what applications report, and keeps the reports of open spans. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { decodeLogsProtobuf } from "@spoor/otlp";
import {
  LogBatch,
  logRecordsOf,
  LossLedger,
  type OpenSpanReport,
  readReport,
  waitFromAttributes,
  type WaitReport,
} from "@spoor/trace";

/** One report of a span, with its verdict. */
export interface TakenReport {
  readonly span: OpenSpanReport;
  readonly wait: WaitReport | undefined;
  readonly body: string;
  /** When it came, on the clock of this machine. */
  readonly takenUnixMs: number;
}

/** A receiver for one application. */
export interface ReportReceiver extends AsyncDisposable {
  readonly url: string;
  readonly reports: readonly TakenReport[];
}

/** Starts a receiver on any free port. */
export async function startReportReceiver(): Promise<ReportReceiver> {
  const reports: TakenReport[] = [];
  const server = createServer((request, response) => {
    void answer(request, response, reports);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    reports,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  reports: TakenReport[],
): Promise<void> {
  const body = await bodyOf(request);
  if (request.url === "/v1/logs") take(body, reports);
  response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  // A request emits its body as buffers.
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  switch (request.headers["content-encoding"]) {
    case "gzip":
      return gunzipSync(body);
    case "zstd":
      return zstdDecompressSync(body);
    default:
      return body;
  }
}

function take(bytes: Uint8Array, reports: TakenReport[]): void {
  const batch = new LogBatch();
  decodeLogsProtobuf(bytes, batch, new LossLedger());
  for (const record of logRecordsOf(batch)) {
    const span = readReport(record);
    if (span?.kind !== "openSpan") continue;
    const wait = waitFromAttributes(span.wait);
    // The body of a report is a sentence.
    const body = typeof record.body === "string" ? record.body : "";
    reports.push({ span, wait, body, takenUnixMs: Date.now() });
  }
}
