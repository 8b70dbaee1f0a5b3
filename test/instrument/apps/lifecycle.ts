/** What the applications of this folder share: they say where they listen, and end when told to. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Tells the parent the port, and ends with the channel to it. */
export function untilDisconnected(server: Server, close: () => Promise<unknown>): void {
  const tell = (): void => {
    // A server that listens on TCP has such an address.
    const { port } = server.address() as AddressInfo;
    process.send?.({ port });
  };
  if (server.listening) tell();
  else server.once("listening", tell);
  untilStopped(async () => {
    server.close();
    server.closeAllConnections();
    await close();
  });
}

/** Calls `close` when the parent says so, or is gone; the process then has nothing left to do. */
export function untilStopped(close: () => Promise<unknown>): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void close().finally(() => {
      // The channel keeps the process alive, and carries its last spans.
      if (process.connected) process.disconnect();
    });
  };
  process.once("SIGTERM", stop);
  process.once("disconnect", stop);
}

/** A variable that the parent sets. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`cannot start: set ${name}`);
  return value;
}
