/*
 * Where a request is, after it was handed to a TCP connection of this process, by the queues of the
 * kernel:
 *
 * 1. Our socket has bytes that we have not read: the answer is here, and this process is busy.
 * 2. The peer's socket, on this machine, has bytes that its process has not read: it is busy, or
 *    has not even accepted the connection.
 * 3. Our socket has bytes that the peer's kernel has not acknowledged: the network or the peer's
 *    machine is the matter.
 * 4. Otherwise the peer has read the request and not answered it. When it is on another machine,
 *    whether it has read it is only probable.
 *
 * Whether a request was handed to the connection at all, the caller must know: a request that waits
 * for a connection looks like none here.
 */
import {
  type Clock,
  systemClock,
  unknownWait,
  type WaitEvidence,
  type WaitHolder,
  type WaitReport,
} from "@spoor/trace";
import { known } from "../base/known.ts";
import type { Registry } from "../process/holder.ts";
import type { OwnConnection, Peer, Processes } from "../process/client-finder.ts";
import { LocalProcesses } from "../process/local-processes.ts";
import { endpointText, isSameEndpoint } from "../sockets/endpoint.ts";
import { type TcpSocket, TcpTables } from "../sockets/tcp-table.ts";

/** One connection of this process that has a request on it. */
export interface ConnectionWaitOptions extends OwnConnection, Registry {
  readonly sinceUnixNano?: bigint;
  readonly clock?: Clock;
  readonly processes?: Processes;
}

/** Why the request on a connection is not answered. */
export async function explainConnection(options: ConnectionWaitOptions): Promise<WaitReport> {
  const { local, remote, sinceUnixNano, clock = systemClock } = options;
  const startMs = clock.monotonicMs();
  const name = endpointText(remote);
  const tables = await TcpTables.read("/proc/self/net");
  const own = tables.withLocal(local).find((socket) => isSameEndpoint(socket.remote, remote));
  const report = (fields: Partial<WaitReport>): WaitReport => ({
    ...unknownWait("", clock.nowUnixNano()),
    gaps: [],
    resource: { kind: "connection", name },
    ...known({ sinceUnixNano }),
    ...fields,
    cost: { queryCount: 0, blockingCallCount: 0, elapsedMs: clock.monotonicMs() - startMs },
  });
  if (own === undefined) {
    const reason =
      process.platform === "linux"
        ? `the connection to ${name} is not open any more`
        : `the queues of sockets are read on Linux only, and this is ${process.platform}`;
    return report({ gaps: [reason] });
  }
  if (own.unreadBytes > 0) {
    const fact = `${own.unreadBytes} bytes from ${name} have arrived and were not read`;
    return report({ kind: "eventloop", evidence: seen(fact) });
  }
  const processes = options.processes ?? new LocalProcesses({ clock });
  const peer = await processes.findPeer({ local, remote });
  if (peer === undefined) return report(withoutPeer(own, name, remote.address));
  return report(withPeer(options, peer, own, name));
}

function withoutPeer(own: TcpSocket, name: string, address: string): Partial<WaitReport> {
  if (own.unacknowledgedBytes > 0) {
    const fact = `${own.unacknowledgedBytes} bytes to ${name} are not acknowledged`;
    return { kind: "http.unacked", evidence: seen(fact) };
  }
  return {
    kind: "http.unanswered",
    certainty: "probable",
    evidence: seen(`${name} has acknowledged everything and sent nothing back`),
    gaps: [`whether its process has read the request is not known: no agent on ${address}`],
  };
}

function withPeer(
  registry: Registry,
  peer: Peer,
  own: TcpSocket,
  name: string,
): Partial<WaitReport> {
  const holders = [peerHolder(registry, peer)];
  const { unreadBytes } = peer.socket;
  if (unreadBytes > 0 || !peer.isAccepted) {
    const fact = peer.isAccepted
      ? `${unreadBytes} bytes lie unread in the socket of ${name}`
      : `${name} has not accepted the connection; ${unreadBytes} bytes wait in it`;
    return { kind: "http.unread", evidence: seen(fact), holders };
  }
  if (own.unacknowledgedBytes > 0) {
    const fact = `${own.unacknowledgedBytes} bytes to ${name} are not acknowledged`;
    return { kind: "http.unacked", evidence: seen(fact), holders };
  }
  const fact = `${name} has read everything and sent nothing back`;
  return { kind: "http.unanswered", evidence: seen(fact), holders };
}

function peerHolder({ instrumentationOf }: Registry, { owner }: Peer): WaitHolder {
  const process = owner.outcome === "found" ? owner.process : undefined;
  const instrumentation = process === undefined ? undefined : instrumentationOf?.(process);
  return {
    role: "root",
    instrumentation: instrumentation ?? "unknown",
    isClientGone: false,
    ...known({
      process,
      processUnknown: owner.outcome === "unknown" ? owner.reason : undefined,
    }),
  };
}

function seen(fact: string): WaitEvidence[] {
  return [{ certainty: "seen", source: "/proc/net/tcp", fact }];
}
