/*
 * Answers for other machines which process of this one is at an end of a connection. It answers
 * only who knows the secret, only about connections that it is given both or one end of, and only
 * with what may be said of a process. It changes nothing, and asks nobody.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import type { Clock } from "@spoor/trace";
import {
  AGENT_BODY_BYTES_MAX,
  AGENT_CLOCK_MS_MAX,
  AGENT_QUESTIONS_MAX,
  AGENT_REQUEST_MS_MAX,
} from "../base/limits.ts";
import { LocalProcesses } from "../process/local-processes.ts";
import {
  CLIENT_PATH,
  connectionIn,
  findingFields,
  isSigned,
  ownConnectionIn,
  parseFields,
  PEER_PATH,
  peerFields,
  SIGNATURE_HEADER,
  signatureOf,
} from "./agent-message.ts";

/** How an agent listens. */
export interface AgentOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly secret: string;
  readonly clock: Clock;
  /** Where the processes of the machine are seen, `/proc` unless it is mounted elsewhere. */
  readonly procPath?: string;
}

/** A running agent. */
export interface Agent {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts an agent.
 *
 * @throws the error of the operating system when it cannot listen.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { host, port, clock, procPath } = options;
  const processes = new LocalProcesses({ clock, ...(procPath === undefined ? {} : { procPath }) });
  let askedCount = 0;
  const server = createServer({ requestTimeout: AGENT_REQUEST_MS_MAX }, (request, response) => {
    if (askedCount >= AGENT_QUESTIONS_MAX) {
      response.writeHead(503, { "retry-after": "1" }).end();
      return;
    }
    askedCount += 1;
    void answer(request, response, { ...options, processes }).finally(() => {
      askedCount -= 1;
    });
  });
  server.listen(port, host);
  await once(server, "listening");
  return { port: portOf(server), close: () => closed(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

async function closed(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}

interface Answering extends AgentOptions {
  readonly processes: LocalProcesses;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { secret, clock, processes }: Answering,
): Promise<void> {
  const path = request.url ?? "";
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413, { connection: "close" }).end();
    return;
  }
  const signature = String(request.headers[SIGNATURE_HEADER] ?? "");
  const [sentMs = "", mark = ""] = signature.split(":");
  const nowMs = Number(clock.nowUnixNano() / 1_000_000n);
  const isTimely = Math.abs(nowMs - Number(sentMs || Number.NaN)) <= AGENT_CLOCK_MS_MAX;
  const isKnown = isSigned(mark, { secret, before: sentMs, path, body });
  if (!isKnown || !isTimely) {
    const reason = isKnown ? `the clocks differ by more than ${AGENT_CLOCK_MS_MAX / 1000} s` : "";
    response.writeHead(401).end(reason);
    return;
  }
  const fields = await answerTo(path, body, processes);
  if (fields === undefined) {
    response.writeHead(path === CLIENT_PATH || path === PEER_PATH ? 400 : 404).end();
    return;
  }
  const text = JSON.stringify(fields);
  response.writeHead(200, {
    "content-type": "application/json",
    [SIGNATURE_HEADER]: signatureOf({ secret, before: signature, path, body: text }),
  });
  response.end(text);
}

async function answerTo(
  path: string,
  body: string,
  processes: LocalProcesses,
): Promise<object | undefined> {
  const fields = parseFields(body);
  if (path === CLIENT_PATH) {
    const connection = connectionIn(fields);
    if (connection === undefined) return undefined;
    return findingFields(await processes.findClient(connection), hostname());
  }
  const own = path === PEER_PATH ? ownConnectionIn(fields) : undefined;
  return own === undefined ? undefined : peerFields(await processes.findPeer(own), hostname());
}

/** Undefined when it is longer than any question, or was cut off. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let byteCount = 0;
  try {
    for await (const part of request) {
      // A request emits its body as buffers.
      const bytes = part as Buffer;
      byteCount += bytes.length;
      if (byteCount > AGENT_BODY_BYTES_MAX) return undefined;
      parts.push(bytes);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts).toString("utf8");
}
