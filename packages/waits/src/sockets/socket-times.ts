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
  /** Milliseconds since data last came from the client; infinite when none ever did. */
  readonly receivedMsAgo: number;
  /** Milliseconds since data last went to the client; infinite when none ever did. */
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
    if (cells === null) return [];
    const [, unread, serverAddress = "", serverPort, clientAddress = "", clientPort] = cells;
    return [
      {
        server: { address: bare(serverAddress), port: Number(serverPort) },
        client: { address: bare(clientAddress), port: Number(clientPort) },
        unreadBytes: Number(unread),
        receivedMsAgo: msAgo(line, "data_segs_in", "lastrcv"),
        sentMsAgo: msAgo(line, "data_segs_out", "lastsnd"),
      },
    ];
  });
}

/**
 * A socket that has never sent shows when it was opened, which a new client's first command may
 * follow within the same millisecond: hence the count, which is left out when it is 0, as is a
 * time of 0, which is now.
 */
function msAgo(line: string, count: string, time: string): number {
  const value = (name: string) => Number(new RegExp(`\\b${name}:(\\d+)`, "u").exec(line)?.[1] ?? 0);
  return value(count) === 0 ? Number.POSITIVE_INFINITY : value(time);
}

/** `[::ffff:10.0.0.5]` without brackets, `127.0.0.1%lo` without the interface. */
function bare(address: string): string {
  return address.replaceAll(/[[\]]/gu, "").replace(/%.*$/u, "");
}
