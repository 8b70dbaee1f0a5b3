/*
 * The process at the other end of a connection, when it runs on this machine.
 *
 * 1. Every network namespace that may be seen has its own table of sockets; the client's end is
 *    the row whose local address is the one that the server reported.
 * 2. `127.0.0.1` means another machine, or another container, to each who says it. A loopback
 *    address is looked for only where the server's end of the same connection is in the same table.
 * 3. The row has an inode; the process that has it open is the client.
 * 4. When the client's end is not there, the server's end may tell that the client closed it.
 *
 * It never guesses: whatever is not certain is `unknown`, with what would help.
 */
import { networkInterfaces } from "node:os";
import type { Clock } from "@spoor/trace";
import { PROCESS_SEARCH_MS_MAX } from "../base/limits.ts";
import {
  type Endpoint,
  endpointText,
  isLoopback,
  isSameAddress,
  isSameEndpoint,
} from "../sockets/endpoint.ts";
import { networkNamespaces } from "../sockets/network-namespaces.ts";
import { TcpState, type TcpSocket, TcpTables } from "../sockets/tcp-table.ts";
import { peerInode } from "../sockets/unix-peer.ts";
import type {
  ClientConnection,
  ClientFinding,
  OwnConnection,
  Peer,
  Processes,
} from "./client-finder.ts";
import { describeProcess } from "./describe-process.ts";
import { socketInodes, socketOwners } from "./socket-owner.ts";

/** Programs that pass on what others say, so that naming them names nobody. */
const PROXIES: ReadonlySet<string> = new Set(
  `pgbouncer pgpool pgcat odyssey proxysql maxscale twemproxy nutcracker haproxy envoy nginx socat
  docker-proxy rootlessport kubectl kube-proxy cloud_sql_proxy cloud-sql-proxy ssh sshd stunnel
  stunnel4`.split(/\s+/u),
);

/** Servers that have a process for each client. */
const SERVERS = /^postgres(?: |$)/u;

/** The sockets of one connection in one namespace. */
interface Ends {
  readonly clients: readonly TcpSocket[];
  readonly servers: readonly TcpSocket[];
}

/** Finds clients among the processes of this machine. Needs root to see those of other users. */
export class LocalProcesses implements Processes {
  readonly #clock: Clock;
  readonly #procPath: string;

  /** `procPath` is elsewhere where an agent sees its host's processes through a mount. */
  constructor({
    clock,
    procPath = "/proc",
  }: {
    readonly clock: Clock;
    readonly procPath?: string;
  }) {
    this.#clock = clock;
    this.#procPath = procPath;
  }

  async findClient(connection: ClientConnection): Promise<ClientFinding> {
    if (process.platform !== "linux" && this.#procPath === "/proc") {
      return unknown(`processes are found on Linux only, and this is ${process.platform}`);
    }
    if (connection.client !== undefined) return await this.#overTcp(connection.client, connection);
    if (connection.serverPid === undefined) {
      return unknown("it is on the database's machine, and there is no agent there");
    }
    return await this.#behindServerProcess(connection.serverPid);
  }

  async isServerHere({ client, server }: ClientConnection): Promise<boolean> {
    // Over a Unix socket both ends are on one machine.
    if (client === undefined || server === undefined) return client === server;
    const { namespaces } = await networkNamespaces(this.#procPath);
    for (const { tablesDirectory } of namespaces) {
      const { servers } = endsIn(await TcpTables.read(tablesDirectory), client, server);
      if (servers.some(({ local }) => isSameAddress(local.address, server.address))) return true;
    }
    return false;
  }

  async findPeer({ local, remote }: OwnConnection): Promise<Peer | undefined> {
    const { namespaces } = await networkNamespaces(this.#procPath);
    // See 2 above: only in our own namespace does a loopback address mean what it means to us.
    const searched = isLoopback(remote.address) ? namespaces.slice(0, 1) : namespaces;
    for (const { tablesDirectory } of searched) {
      const tables = await TcpTables.read(tablesDirectory);
      const socket = tables
        .withLocal(remote)
        .find(
          (other) => isSameEndpoint(other.remote, local) && other.state === TcpState.established,
        );
      if (socket === undefined) continue;
      const isAccepted = socket.inode !== 0;
      const listener = isAccepted ? undefined : tables.listening(remote.port)[0];
      return { socket, isAccepted, owner: await this.#ownerOf(listener ?? socket, "seen") };
    }
    return undefined;
  }

  async #overTcp(client: Endpoint, { server }: ClientConnection): Promise<ClientFinding> {
    const { namespaces, deniedCount } = await networkNamespaces(this.#procPath);
    const all: Ends[] = [];
    for (const { tablesDirectory } of namespaces) {
      const ends = endsIn(await TcpTables.read(tablesDirectory), client, server);
      // See 2 above.
      const isOurs = !isLoopback(client.address) || ends.servers.length > 0;
      if (isOurs) all.push(ends);
    }
    const open = all
      .flatMap(({ clients }) => clients)
      .filter(({ state }) => state === TcpState.established);
    const certain = open.filter(
      ({ remote }) => server === undefined || remote.port === server.port,
    );
    const [socket] = certain.length > 0 ? certain : open;
    if (socket !== undefined) {
      // Behind a translated address the server's port differs, and then the port is no witness.
      const isCertain = certain.length === 1 || (certain.length === 0 && open.length === 1);
      return await this.#ownerOf(socket, isCertain ? "seen" : "probable");
    }
    return this.#absent(
      client,
      all.flatMap(({ servers }) => servers),
      deniedCount,
    );
  }

  /** The client's end is in no table that may be seen. */
  #absent(client: Endpoint, servers: readonly TcpSocket[], deniedCount: number): ClientFinding {
    if (servers.some(({ state }) => state === TcpState.closeWait)) {
      const fact = `the client at ${endpointText(client)} has closed its end of the connection`;
      return { outcome: "gone", source: "/proc/net/tcp", fact };
    }
    const isHere = isLoopback(client.address) ? servers.length > 0 : isOwnAddress(client.address);
    if (!isHere) {
      return unknown(
        isLoopback(client.address)
          ? "it is on the database's machine, and there is no agent there"
          : `no agent on ${client.address}`,
      );
    }
    if (deniedCount > 0) {
      return unknown(
        `not permitted to see the network of ${deniedCount} processes here; root, or CAP_SYS_PTRACE, may`,
      );
    }
    const fact = `no process of this machine has ${endpointText(client)} open any more`;
    return { outcome: "gone", source: "/proc/net/tcp", fact };
  }

  /**
   * The peer of the socket that the server's own process for this client has open: for Unix
   * sockets, which have no address, and where the server hides the address.
   */
  async #behindServerProcess(serverPid: number): Promise<ClientFinding> {
    const server = await describeProcess(serverPid, this.#procPath);
    if (server === undefined || !SERVERS.test(server.command)) {
      return unknown("the database runs in a container here, whose process ids are its own");
    }
    const inodes = await socketInodes(this.#procPath, serverPid);
    if (inodes === "denied") {
      return unknown(`only root and uid ${server.uid} may see the connections of the database`);
    }
    const tables = await TcpTables.read(`${this.#procPath}/${serverPid}/net`);
    for (const inode of inodes) {
      const socket = tables.withInode(inode);
      if (socket?.state === TcpState.closeWait) return this.#absent(socket.remote, [socket], 0);
      if (socket?.state !== TcpState.established) continue;
      return await this.#overTcp(socket.remote, { server: socket.local });
    }
    const peer = await peerInode(inodes);
    if (typeof peer === "string") return unknown(peer);
    return await this.#ownerOfInode({ inode: peer, certainty: "seen", source: "ss -x" });
  }

  #ownerOf({ inode, uid }: TcpSocket, certainty: "seen" | "probable"): Promise<ClientFinding> {
    return this.#ownerOfInode({ inode, uid, certainty, source: "/proc/net/tcp" });
  }

  async #ownerOfInode(socket: {
    readonly inode: number;
    readonly uid?: number;
    readonly certainty: "seen" | "probable";
    readonly source: string;
  }): Promise<ClientFinding> {
    const endMs = this.#clock.monotonicMs() + PROCESS_SEARCH_MS_MAX;
    const isTimeOver = () => this.#clock.monotonicMs() > endMs;
    const owners = await socketOwners({ ...socket, procPath: this.#procPath, isTimeOver });
    const [pid] = owners.pids;
    const found = pid === undefined ? undefined : await describeProcess(pid, this.#procPath);
    if (found !== undefined) {
      const isProxy = PROXIES.has(found.command.split(" ", 1)[0] ?? "");
      const { certainty, source } = socket;
      return { outcome: "found", process: found, certainty, source, isProxy };
    }
    if (owners.isCutOff) {
      return unknown(`the search for its process took longer than ${PROCESS_SEARCH_MS_MAX} ms`);
    }
    if (owners.deniedCount > 0) {
      const user = socket.uid === undefined ? "another user" : `uid ${socket.uid}`;
      return unknown(
        `it belongs to ${user} on this machine; only root, CAP_SYS_PTRACE or that user may see which process`,
      );
    }
    return unknown("no process of this machine has its socket open");
  }
}

function endsIn(tables: TcpTables, client: Endpoint, server: Endpoint | undefined): Ends {
  const servers = tables
    .withRemote(client)
    .filter(({ local }) => server === undefined || local.port === server.port);
  return { clients: tables.withLocal(client), servers };
}

function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some((own) => isSameAddress(own.address, address));
}

function unknown(reason: string): ClientFinding {
  return { outcome: "unknown", reason };
}
