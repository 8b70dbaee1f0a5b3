/*
 * The sockets of a server with the times at which they last received and sent, which the kernel
 * tells only over netlink, by `ss -tin` of iproute2.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PROGRAM_MS_MAX, PROGRAM_OUTPUT_BYTES_MAX } from "../base/limits.ts";
import type { Endpoint } from "./endpoint.ts";
import { codeOf } from "./network-namespaces.ts";

/** One connection of a server, from the server's end. */
export interface ServerSocket {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly unreadBytes: number;
  /** Milliseconds since data last came from the client. */
  readonly receivedMsAgo: number;
  /** Milliseconds since data last went to the client. */
  readonly sentMsAgo: number;
}

/** The open connections of whoever serves `port` here; else why they are not known. */
export async function serverSockets(port: number): Promise<ServerSocket[] | string> {
  try {
    const filter = ["state", "established", `( sport = :${port} )`];
    const { stdout } = await promisify(execFile)("ss", ["-tinOH", ...filter], {
      timeout: PROGRAM_MS_MAX,
      maxBuffer: PROGRAM_OUTPUT_BYTES_MAX,
    });
    return parseServerSockets(stdout);
  } catch (error) {
    return codeOf(error) === "ENOENT" ? "ss is not installed here" : "ss failed";
  }
}

/** Reads the output of `ss -tinOH` for established sockets: one line for each, with its times. */
export function parseServerSockets(output: string): ServerSocket[] {
  return output.split("\n").flatMap((line) => {
    const cells = /^\s*(\d+)\s+\d+\s+(\S+):(\d+)\s+(\S+):(\d+)\s/u.exec(line);
    const received = /\blastrcv:(\d+)/u.exec(line)?.[1];
    const sent = /\blastsnd:(\d+)/u.exec(line)?.[1];
    if (cells === null) return [];
    const [, unread, serverAddress = "", serverPort, clientAddress = "", clientPort] = cells;
    return [
      {
        server: { address: bare(serverAddress), port: Number(serverPort) },
        client: { address: bare(clientAddress), port: Number(clientPort) },
        unreadBytes: Number(unread),
        // Left out when it is 0, which is now.
        receivedMsAgo: Number(received ?? 0),
        sentMsAgo: Number(sent ?? 0),
      },
    ];
  });
}

/** `[::ffff:10.0.0.5]` without brackets, `127.0.0.1%lo` without the interface. */
function bare(address: string): string {
  return address.replaceAll(/[[\]]/gu, "").replace(/%.*$/u, "");
}
