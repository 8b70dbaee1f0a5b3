/*
 * The kernel's tables of TCP sockets, `/proc/net/tcp` and `/proc/net/tcp6`, of one network
 * namespace. They are searched as text: a busy host has tens of thousands of rows, of which one
 * or two are wanted. Source: Linux, Documentation/networking/proc_net_tcp.rst.
 */
import { readFile } from "node:fs/promises";
import { type Endpoint, kernelForms, parseKernelForm } from "./endpoint.ts";

/** States of a TCP socket, by the kernel's numbers. */
export const TcpState = { established: 1, closeWait: 8, listen: 10 } as const;

/** One socket. */
export interface TcpSocket {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** One of `TcpState`, or another state that nothing here asks for. */
  readonly state: number;
  /** Sent by the process and not yet acknowledged by the peer's kernel. */
  readonly unacknowledgedBytes: number;
  /** Received by the kernel and not yet read; for a listening socket, connections not accepted. */
  readonly unreadBytes: number;
  readonly uid: number;
  /** 0 while no process has accepted the connection, and after its process closed it. */
  readonly inode: number;
}

/** The tables of one namespace. */
export class TcpTables {
  readonly #v4: string;
  readonly #v6: string;

  constructor(texts: { readonly v4: string; readonly v6: string }) {
    this.#v4 = texts.v4;
    this.#v6 = texts.v6;
  }

  /** Reads the tables in a directory such as `/proc/self/net`; an absent one is empty. */
  static async read(directory: string): Promise<TcpTables> {
    const [v4, v6] = await Promise.all(
      ["tcp", "tcp6"].map((name) => readFile(`${directory}/${name}`, "latin1").catch(() => "")),
    );
    return new TcpTables({ v4: v4 ?? "", v6: v6 ?? "" });
  }

  /** Sockets whose own end is `local`, in all states. */
  withLocal(local: Endpoint): TcpSocket[] {
    return this.#search(local, 1);
  }

  /** Sockets whose other end is `remote`, in all states. */
  withRemote(remote: Endpoint): TcpSocket[] {
    return this.#search(remote, 2);
  }

  /** The socket with this inode, unless it is 0, which many have. */
  withInode(inode: number): TcpSocket | undefined {
    if (inode === 0) return undefined;
    return [this.#v4, this.#v6]
      .flatMap((table) => searchText(table, ` ${inode} `))
      .find((socket) => socket.inode === inode);
  }

  /** Sockets that listen on `port`, whatever their address. */
  listening(port: number): TcpSocket[] {
    const portHex = `:${port.toString(16).padStart(4, "0").toUpperCase()}`;
    return [this.#v4, this.#v6]
      .flatMap((table) => searchText(table, `${portHex} `))
      .filter(({ state, local }) => state === TcpState.listen && local.port === port);
  }

  #search(endpoint: Endpoint, column: 1 | 2): TcpSocket[] {
    const forms = kernelForms(endpoint);
    if (forms === undefined) return [];
    return [
      ...(forms.v4 === undefined ? [] : searchText(this.#v4, forms.v4, column)),
      ...searchText(this.#v6, forms.v6, column),
    ];
  }
}

/** Every row of `table` that has `wanted`, and has it as the given column if one is given. */
function searchText(table: string, wanted: string, column?: 1 | 2): TcpSocket[] {
  const rows: TcpSocket[] = [];
  for (let at = table.indexOf(wanted); at >= 0; at = table.indexOf(wanted, at)) {
    const start = table.lastIndexOf("\n", at) + 1;
    const next = table.indexOf("\n", at);
    const end = next < 0 ? table.length : next;
    const cells = table.slice(start, end).trim().split(/\s+/u);
    const socket = parseRow(cells);
    if (socket !== undefined && (column === undefined || cells[column] === wanted)) {
      rows.push(socket);
    }
    at = end;
  }
  return rows;
}

function parseRow(cells: readonly string[]): TcpSocket | undefined {
  const local = parseKernelForm(cells[1] ?? "");
  const remote = parseKernelForm(cells[2] ?? "");
  const queues = /^([\dA-F]+):([\dA-F]+)$/u.exec(cells[4] ?? "");
  if (local === undefined || remote === undefined || queues === null) return undefined;
  return {
    local,
    remote,
    state: Number.parseInt(cells[3] ?? "", 16),
    unacknowledgedBytes: Number.parseInt(queues[1] ?? "", 16),
    unreadBytes: Number.parseInt(queues[2] ?? "", 16),
    uid: Number(cells[7]),
    inode: Number(cells[9]),
  };
}
