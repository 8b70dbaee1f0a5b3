/*
 * Where a request of ours is: in the queue of our own agent, looking for a name, connecting, or
 * sent; and if sent, whether the peer has read it.
 */
import { Agent, ClientRequest } from "node:http";
import { isIP, Socket } from "node:net";
import type { Clock, WaitReport } from "@spoor/trace";
import { explainConnection, type Processes } from "@spoor/waits";
import type { OpenSpan } from "../tracer/open-spans.ts";
import { HOLDERS_MAX } from "./limits.ts";
import { ownInstrumentation } from "./own-connections.ts";
import { ownHolder, reportOn, seen, unknownOn } from "./report-fields.ts";
import { isResolving, threadEvidence, type ThreadPool } from "./thread-pool.ts";

/** What explaining a request needs. */
export interface HttpTools {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly threadPool: ThreadPool;
  /** The spans that are open now. */
  readonly open: readonly OpenSpan[];
}

/** What we use of a request of undici. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
}

/** What the request of `span` waits for; undefined when it is no request of ours. */
export async function explainHttp(
  span: OpenSpan,
  tools: HttpTools,
): Promise<WaitReport | undefined> {
  const { subject } = span;
  if (subject instanceof ClientRequest) return await explainRequest(span, subject, tools);
  if (subject instanceof Socket) return await explainSocket(span, subject, tools);
  return isUndiciRequest(subject) ? await explainUnsent(span, tools) : undefined;
}

function isUndiciRequest(subject: object | undefined): subject is UndiciRequest {
  return subject !== undefined && "origin" in subject && "method" in subject && "path" in subject;
}

async function explainRequest(
  span: OpenSpan,
  request: ClientRequest,
  tools: HttpTools,
): Promise<WaitReport> {
  const { socket } = request;
  if (socket === null) {
    return queued(span, tools, occupying(agentOf(request), tools));
  }
  if (socket.connecting) {
    return await explainConnecting(span, tools, { isAsking: asksForName(span, socket) });
  }
  return await explainSocket(span, socket, tools);
}

function agentOf(request: ClientRequest): Agent | undefined {
  const agent: unknown = Reflect.get(request, "agent");
  return agent instanceof Agent ? agent : undefined;
}

/** The spans whose requests have the connections of `agent`. */
function occupying(agent: Agent | undefined, { open }: HttpTools): readonly OpenSpan[] {
  const sockets = Object.values(agent?.sockets ?? {}).flatMap((list) => list ?? []);
  const requests = new Set(sockets.map((socket): unknown => Reflect.get(socket, "_httpMessage")));
  return open.filter(({ subject }) => subject !== undefined && requests.has(subject));
}

/** Undici has not sent it: it looks for a name, connects, or all its connections are busy. */
async function explainUnsent(span: OpenSpan, tools: HttpTools): Promise<WaitReport> {
  const server = serverOf(span);
  const busy = tools.open.filter(
    (other) => other.subject instanceof Socket && serverOf(other) === server,
  );
  if (busy.length > 0) return queued(span, tools, busy);
  // Undici tells nothing of the connections that it makes.
  return await explainConnecting(span, tools, { isAsking: isName(span) ? undefined : false });
}

/** Whether the name of the server is still looked for, and no address of it tried. */
function asksForName(span: OpenSpan, socket: Socket): boolean {
  const tried: unknown = Reflect.get(socket, "autoSelectFamilyAttemptedAddresses");
  // Not there before the name is known.
  return isName(span) && !(Array.isArray(tried) && tried.length > 0);
}

function isName({ attributes }: OpenSpan): boolean {
  return isIP(String(attributes["server.address"])) === 0;
}

function serverOf({ attributes }: OpenSpan): string {
  return `${String(attributes["server.address"])}:${String(attributes["server.port"])}`;
}

function queued(span: OpenSpan, { clock }: HttpTools, busy: readonly OpenSpan[]): WaitReport {
  const fact = `the request has no connection yet; ${busy.length} requests have those of the agent`;
  return reportOn(span, clock, {
    kind: "http.queued",
    certainty: "seen",
    resource: { kind: "connection", name: serverOf(span) },
    holders: busy.slice(0, HOLDERS_MAX).map((other) => ownHolder(other)),
    mayHaveMore: busy.length > HOLDERS_MAX,
    evidence: [seen("http.Agent", fact)],
  });
}

/** `isAsking`: whether it looks for the server's name; undefined where nobody can tell. */
async function explainConnecting(
  span: OpenSpan,
  { clock, threadPool }: HttpTools,
  { isAsking }: { readonly isAsking: boolean | undefined },
): Promise<WaitReport> {
  const name = serverOf(span);
  const resource = { kind: "connection", name } as const;
  // This process may be resolving another name.
  const certainty = isAsking === true ? "seen" : "probable";
  if (isAsking !== false && isResolving()) {
    if (await threadPool.isFree()) {
      const fact = `the name of ${name} is asked for and not answered`;
      return reportOn(span, clock, {
        kind: "dns",
        certainty,
        resource,
        evidence: [seen("getaddrinfo", fact)],
      });
    }
    return reportOn(span, clock, {
      kind: "threadpool",
      certainty,
      evidence: [
        seen("getaddrinfo", `the name of ${name} is not even asked for`),
        ...threadEvidence(),
      ],
    });
  }
  return reportOn(span, clock, {
    kind: "http.unacked",
    certainty: "seen",
    resource,
    evidence: [seen("connect", `the connection to ${name} is not made yet`)],
  });
}

async function explainSocket(
  span: OpenSpan,
  socket: Socket,
  { clock, processes }: HttpTools,
): Promise<WaitReport> {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || localPort === undefined) {
    return unknownOn(span, clock, "its connection is closed");
  }
  if (remoteAddress === undefined || remotePort === undefined) {
    return unknownOn(span, clock, "its connection is closed");
  }
  const report = await explainConnection({
    local: { address: localAddress, port: localPort },
    remote: { address: remoteAddress, port: remotePort },
    sinceUnixNano: span.startUnixNano,
    clock,
    processes,
    instrumentationOf: ownInstrumentation,
  });
  // The event loop runs, or we would not be here: it is the application that does not read.
  if (report.kind !== "eventloop") return report;
  const gap = "the answer has arrived, and the application does not read it";
  return { ...report, kind: "unknown", gaps: [gap] };
}
