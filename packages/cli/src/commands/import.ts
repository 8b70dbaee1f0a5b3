import { errorMessage } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { IMPORT_LINE_BYTES_MAX } from "../base/limits.ts";
import { type Document, documentLines } from "../client/document-lines.ts";
import { httpPost } from "../client/http-get.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { failure } from "../exit/error-codes.ts";
import type { Command } from "./command.ts";
import { clientOf, QUERY_FLAGS, timeoutMsOf } from "./query-flags.ts";

const declaration: VerbDeclaration = {
  name: "import",
  summary: "send traces from a file of OTLP JSON",
  operands: "<file>",
  operandCountMin: 1,
  operandCountMax: 1,
  flags: [...QUERY_FLAGS],
  details: [
    "<file> holds OTLP TracesData as JSON: one document, or one in each line, as `spoor export` " +
      "and the file exporter of the Collector write it; it may be compressed with gzip. - is stdin.",
    "The spans go to the OTLP/HTTP port that the server names. A document that cannot be read " +
      "ends the import; those before it are kept, and sending them again does no harm.",
  ],
  examples: ["spoor import trace.jsonl", "gunzip -c errors.jsonl.gz | spoor import -"],
};

/** `spoor import <file>`. */
export const importCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const [path = ""] = given.operands;
    const url = await receiverOf(client);
    const source = { path, stdin: process.stdin, lineBytesMax: IMPORT_LINE_BYTES_MAX };
    let [documentCount, rejectedCount] = [0, 0];
    for await (const document of documentLines(source)) {
      const timeoutMs = timeoutMsOf(given, declaration);
      rejectedCount += await send(document, { url, path, timeoutMs });
      documentCount += 1;
    }
    if (documentCount === 0) throw unreadable(path, "it is empty");
    stderr.write(`${documentCount} documents sent and kept.\n`);
    if (rejectedCount > 0) stderr.write(`${rejectedCount} spans were refused.\n`);
    return rejectedCount > 0 ? "unhealthy" : "done";
  },
};

/** Where the server takes OTLP over HTTP: on the machine that it was asked on. */
async function receiverOf(client: SpoorClient): Promise<URL> {
  const { listeners } = await client.status();
  const port = listeners.find(({ name }) => name === "OTLP/HTTP")?.port;
  const url = new URL("/v1/traces", client.url);
  url.protocol = "http:";
  url.port = String(port ?? "");
  return url;
}

interface Target {
  readonly url: URL;
  readonly path: string;
  readonly timeoutMs: number;
}

/** Sends a document; returns how many of its spans were refused. */
async function send({ text, place }: Document, { url, path, timeoutMs }: Target): Promise<number> {
  checkDocument({ text, place }, path);
  const headers = { "content-type": "application/json" };
  const answer = await httpPost(url, { timeoutMs, headers, body: text });
  const { decodeRpcStatus, decodeTracesResponse } = await import("@spoor/otlp");
  const body = Buffer.from(answer.body);
  if (answer.status !== 200) {
    const status = decodeRpcStatus(body, "json");
    const why = "message" in status ? status.message : `the server answered ${answer.status}`;
    throw failure("SPOOR_CLI_SERVER_FAILED", {
      what: `cannot import ${place} of ${path}`,
      why,
      hint: "mend the document, or try again later",
    });
  }
  const response = decodeTracesResponse(body, "json");
  return "rejectedSpanCount" in response ? response.rejectedSpanCount : 0;
}

/** The server would take any object, because a sender may be newer than it is. */
function checkDocument({ text, place }: Document, path: string): void {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, `${place} is no JSON, ${errorMessage(error)}`);
  }
  const isTraces = typeof document === "object" && document !== null && "resourceSpans" in document;
  if (!isTraces) throw unreadable(path, `${place} has no resourceSpans`);
}

function unreadable(path: string, why: string): Error {
  return failure("SPOOR_CLI_FILE", {
    what: `cannot import ${path}`,
    why,
    hint: "give a file of OTLP JSON, as spoor export writes it",
  });
}
