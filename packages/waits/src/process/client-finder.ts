import type { Certainty, ProcessIdentity } from "@spoor/trace";
import type { Endpoint } from "../sockets/endpoint.ts";

/** One connection to a server, as the server sees it. */
export interface ClientConnection {
  /** The client's end; absent for a Unix socket. */
  readonly client?: Endpoint;
  /** The server's end, by its own words; absent where it does not say. */
  readonly server?: Endpoint;
  /** The server's process for this connection, where it has one for each and runs here. */
  readonly serverPid?: number;
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
