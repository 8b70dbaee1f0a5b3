/*
 * Why Redis does not answer one of our connections.
 *
 * Redis does one thing at a time, and while it does, it answers nobody, so that it cannot be asked.
 *
 * 1. `CLIENT LIST` on a connection of its own: if it is answered, Redis is not stalled, and our
 *    client may be one that waits for a list (`BLPOP`). `BUSY` means that a script runs.
 * 2. Else the kernel knows, on the machine of the server: every client whose request waits has
 *    bytes unread. The one that is served has none, and has received after it last sent. So have
 *    clients that wait in `BLPOP`; the one that sent last was read last, and that is served now.
 * 3. Afterwards `SLOWLOG` tells for certain, see `slowCommandDuring`.
 */
import {
  type Clock,
  deferred,
  errorMessage,
  systemClock,
  unknownWait,
  type WaitEvidence,
  type WaitHolder,
  type WaitRemedy,
  type WaitReport,
} from "@spoor/trace";
import { known } from "../base/known.ts";
import { REDIS_ANSWER_MS_MAX } from "../base/limits.ts";
import type { ClientFinder } from "../process/client-finder.ts";
import { nameHolder, type Registry } from "../process/holder.ts";
import { LocalProcesses } from "../process/local-processes.ts";
import { type Endpoint, endpointText, isSameEndpoint } from "../sockets/endpoint.ts";
import { type ServerSocket, serverSockets } from "../sockets/socket-times.ts";

/** Asks Redis, on a connection that nothing else uses. Rejects with the error that Redis gives. */
export type RedisCommand = (words: readonly string[]) => Promise<unknown>;

/** One connection of this process on which Redis has not answered. */
export interface RedisWaitOptions extends Registry {
  /** Both ends of the connection that waits. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** On another connection. Without it only the kernel is asked. */
  readonly command?: RedisCommand;
  readonly sinceUnixNano?: bigint;
  readonly clock?: Clock;
  /** By default the processes of this machine. */
  readonly clients?: ClientFinder;
}

/** Why Redis does not answer. Never rejects. */
export async function explainRedis(options: RedisWaitOptions): Promise<WaitReport> {
  const { remote, sinceUnixNano, clock = systemClock } = options;
  const startMs = clock.monotonicMs();
  const asked = await askClientList(options.command);
  const fields =
    asked.list === undefined
      ? await explainStall(options, asked)
      : explainAnswering(options, asked.list);
  return {
    ...unknownWait("", clock.nowUnixNano()),
    gaps: [],
    resource: { kind: "command", name: endpointText(remote) },
    ...known({ sinceUnixNano }),
    ...fields,
    cost: {
      queryCount: options.command === undefined ? 0 : 1,
      blockingCallCount: 0,
      elapsedMs: clock.monotonicMs() - startMs,
    },
  };
}

interface Asked {
  readonly list?: string;
  readonly evidence: readonly WaitEvidence[];
  readonly isScript: boolean;
}

async function askClientList(command: RedisCommand | undefined): Promise<Asked> {
  if (command === undefined) return { evidence: [], isScript: false };
  const late = deferred<"late">();
  const timer = setTimeout(() => {
    late.resolve("late");
  }, REDIS_ANSWER_MS_MAX);
  try {
    const list = await Promise.race([command(["CLIENT", "LIST"]), late.promise]);
    if (list !== "late") return { list: String(list), evidence: [], isScript: false };
    const fact = `another connection got no answer for ${REDIS_ANSWER_MS_MAX} ms either`;
    return { evidence: [{ certainty: "seen", source: "CLIENT LIST", fact }], isScript: false };
  } catch (error) {
    const message = errorMessage(error);
    const isScript = message.startsWith("BUSY");
    const fact = isScript
      ? "Redis answers BUSY: a script runs for longer than busy-reply-threshold"
      : `Redis refused: ${message}`;
    return { evidence: [{ certainty: "seen", source: "CLIENT LIST", fact }], isScript };
  } finally {
    clearTimeout(timer);
  }
}

/** Redis answers others, so that our client waits for something that it asked for. */
function explainAnswering({ local }: RedisWaitOptions, list: string): Partial<WaitReport> {
  const line = list.split("\n").find((candidate) => {
    const address = /(?:^| )addr=(\S+)/u.exec(candidate)?.[1];
    const split = /^\[?(.*?)\]?:(\d+)$/u.exec(address ?? "");
    const [, host, port] = split ?? [];
    return host !== undefined && isSameEndpoint({ address: host, port: Number(port) }, local);
  });
  const command = /(?:^| )cmd=(\S+)/u.exec(line ?? "")?.[1] ?? "";
  const isBlocked = /(?:^| )flags=\S*b/u.test(line ?? "");
  const source = "CLIENT LIST";
  if (line === undefined) {
    return { gaps: ["Redis answers others, and does not know our connection any more"] };
  }
  if (!isBlocked) {
    const fact = `Redis answers others; the last command of our connection was ${command}`;
    const gap = "Redis has answered already; the answer is on its way, or not yet read";
    return { evidence: [{ certainty: "seen", source, fact }], gaps: [gap] };
  }
  const fact = `our connection waits in ${command}, and everything sent after it waits behind it`;
  return {
    kind: "redis.blocked",
    resource: { kind: "list", lockType: command },
    evidence: [{ certainty: "seen", source, fact }],
    remedies: [
      {
        purpose: "keeps commands from waiting behind one that blocks",
        text: "Use a connection of its own for BLPOP, BRPOP, BLMOVE, XREAD BLOCK and WAIT.",
      },
    ],
  };
}

async function explainStall(options: RedisWaitOptions, asked: Asked): Promise<Partial<WaitReport>> {
  const { local, remote } = options;
  const all = await serverSockets(remote.port);
  const sockets = typeof all === "string" ? [] : all;
  const own = sockets.find(
    ({ client, server }) => isSameEndpoint(client, local) && isSameEndpoint(server, remote),
  );
  const evidence = [...asked.evidence];
  if (own !== undefined) evidence.push(ownEvidence(own));
  const isStalled = asked.evidence.length > 0 || (own !== undefined && own.unreadBytes > 0);
  if (own === undefined || !isStalled) {
    const gap =
      typeof all === "string"
        ? all
        : own === undefined
          ? `who it serves is not known: no agent on ${remote.address}`
          : "Redis has read the command and not answered it";
    return { ...(isStalled ? { kind: "redis.stall" as const } : {}), evidence, gaps: [gap] };
  }
  const served = servedNow(
    sockets.filter((socket) => isSameEndpoint(socket.server, remote)),
    own,
  );
  const holders = await Promise.all(
    served.slice(0, 1).map((socket) => nameServed(options, socket, evidence, served.length)),
  );
  return {
    kind: "redis.stall",
    certainty: served.length === 1 ? "seen" : "probable",
    evidence,
    holders,
    mayHaveMore: served.length > 1,
    gaps: served.length === 0 ? ["no client has a command read and unanswered"] : [],
    remedies: remediesFor(served[0], asked.isScript),
  };
}

/** Clients whose command was read and not answered, the one that was read last first. */
function servedNow(sockets: readonly ServerSocket[], own: ServerSocket): ServerSocket[] {
  return sockets
    .filter((socket) => socket !== own && socket.unreadBytes === 0)
    .filter(({ receivedMsAgo, sentMsAgo }) => receivedMsAgo < sentMsAgo)
    .sort((left, right) => left.receivedMsAgo - right.receivedMsAgo);
}

async function nameServed(
  options: RedisWaitOptions,
  { client, server, receivedMsAgo }: ServerSocket,
  evidence: WaitEvidence[],
  servedCount: number,
): Promise<WaitHolder> {
  const clients = options.clients ?? new LocalProcesses({ clock: options.clock ?? systemClock });
  const named = await nameHolder(
    { clients, registry: options },
    {
      role: "root",
      session: { system: "redis", id: 0, address: client.address, port: client.port },
      connection: { client, server },
      span: undefined,
    },
  );
  const certainty = servedCount === 1 ? "seen" : "probable";
  const fact = `the command of ${endpointText(client)} was read ${receivedMsAgo} ms ago and is not answered`;
  evidence.push({ certainty, source: "ss -ti", fact }, ...named.evidence);
  return named.holder;
}

function ownEvidence({ unreadBytes }: ServerSocket): WaitEvidence {
  const fact =
    unreadBytes > 0
      ? `${unreadBytes} bytes of ours lie unread in the socket of Redis`
      : "Redis has read everything that we sent";
  return { certainty: "seen", source: "ss -ti", fact };
}

function remediesFor(served: ServerSocket | undefined, isScript: boolean): WaitRemedy[] {
  const remedies: WaitRemedy[] = [];
  if (isScript) {
    remedies.push({
      purpose: "stops the script, if it has written nothing yet",
      text: "redis-cli SCRIPT KILL",
    });
  }
  if (served !== undefined) {
    remedies.push({
      purpose: "ends the client's connection, once Redis listens again",
      text: `redis-cli CLIENT KILL ADDR ${endpointText(served.client)}`,
    });
  }
  return remedies;
}
