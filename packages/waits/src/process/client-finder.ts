import type { Certainty, ProcessIdentity } from "@spoor/trace";
import type { Endpoint } from "../sockets/endpoint.ts";
import type { TcpSocket } from "../sockets/tcp-table.ts";

/** One connection to a server, as the server sees it. */
export interface ClientConnection {
  /** The client's end; absent for a Unix socket. */
  readonly client?: Endpoint;
  /** The server's end, by its own words; absent where it does not say. */
  readonly server?: Endpoint;
  /** The server's process for this connection, where it has one for each and runs here. */
  readonly serverPid?: number;
  /** The same, where the server runs on another machine. */
  readonly serverPidThere?: number;
}

/** One of this process's own connections. */
export interface OwnConnection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** The other end of a connection. */
export interface Peer {
  readonly socket: Pick<TcpSocket, "unreadBytes">;
  /** False while the peer's process has not even taken the connection from the kernel. */
  readonly isAccepted: boolean;
  /** Who has it open, or listens for it. */
  readonly owner: ClientFinding;
}

/** Who is at the client's end of a connection. */
export type ClientFinding =
  | {
      readonly outcome: "found";
      readonly process: ProcessIdentity;
      readonly certainty: Certainty;
      readonly source: string;
      /** It only passes on what another process says: a pooler or a proxy. */
      readonly isProxy: boolean;
    }
  | { readonly outcome: "gone"; readonly source: string; readonly fact: string }
  | { readonly outcome: "unknown"; readonly reason: string };

/** Finds the process at the client's end of a connection: on this machine, or through an agent. */
export interface ClientFinder {
  /** Never rejects: what cannot be found out is an `unknown` with its reason. */
  findClient(connection: ClientConnection): Promise<ClientFinding>;
  /** Whether the server's end of this connection, its `server`, is on this machine. */
  isServerHere(connection: ClientConnection): Promise<boolean>;
}

/** Finds processes from both sides of a connection. */
export interface Processes extends ClientFinder {
  /**
   * The other end of one of this process's own connections. Undefined when it is elsewhere, or may
   * not be seen. Never rejects.
   */
  findPeer(connection: OwnConnection): Promise<Peer | undefined>;
}
