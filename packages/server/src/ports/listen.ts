import type { AddressInfo, Server } from "node:net";
import { errorCode, errorMessage, SpoorError } from "@spoor/trace";
import type { ServerErrorCode } from "../base/error-codes.ts";
import { findPortHolder } from "./port-holder.ts";

/** Where to listen and what for. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What the port is for, for the error. */
  readonly name: string;
  /** The flag that moves it, for the hint. */
  readonly flag: string;
}

/**
 * Opens a port and returns the one that was opened.
 *
 * @throws SPOOR_SERVER_PORT_TAKEN naming the process that holds it, where that can be known.
 * @throws SPOOR_SERVER_LISTEN for any other reason.
 */
export async function listen(server: Server, options: ListenOptions): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: options.host, port: options.port }, resolve);
  try {
    await promise;
  } catch (error) {
    throw errorCode(error) === "EADDRINUSE"
      ? portTaken(options, error)
      : cannotListen(options, error);
  } finally {
    server.removeListener("error", reject);
  }
  // A TCP server that listens has an address with a port.
  return (server.address() as AddressInfo).port;
}

function portTaken({ name, port, flag }: ListenOptions, cause: unknown): SpoorError {
  const holder = findPortHolder(port);
  const by =
    holder === undefined ? "another process" : `process ${holder.pid} (${holder.commandName})`;
  const code: ServerErrorCode = "SPOOR_SERVER_PORT_TAKEN";
  return new SpoorError(`cannot listen on port ${port} for ${name}: ${by} holds it`, {
    code,
    cause,
    hint: `stop that process, or choose another port with ${flag}`,
  });
}

function cannotListen({ name, host, port, flag }: ListenOptions, cause: unknown): SpoorError {
  const code: ServerErrorCode = "SPOOR_SERVER_LISTEN";
  return new SpoorError(`cannot listen on ${host}:${port} for ${name}: ${errorMessage(cause)}`, {
    code,
    cause,
    hint: `choose another address with --host, or another port with ${flag}`,
  });
}
