/*
 * Who is behind pgbouncer: its console tells which client each of its connections to the database
 * serves at this moment. Needs a user of `stats_users` or `admin_users`.
 */
import { integer, type Query, type Row, text } from "../base/query.ts";
import type { ClientConnection } from "../process/client-finder.ts";

/** The client that uses the session `backendPid` of the database now; else why none is known. */
export async function clientOfPgbouncer(
  console: Query,
  backendPid: number,
): Promise<ClientConnection | string> {
  let servers: readonly Row[];
  let clients: readonly Row[];
  try {
    // Twice the console's own language, which has no parameters.
    servers = await console("SHOW SERVERS", []);
    clients = await console("SHOW CLIENTS", []);
  } catch (error) {
    return `its console refused: ${error instanceof Error ? error.message : String(error)}`;
  }
  const server = servers.find((row) => integer(row, "remote_pid") === backendPid);
  if (server === undefined) return `it has no connection to session ${backendPid} any more`;
  const link = text(server, "link");
  const client = link === undefined ? undefined : clients.find((row) => text(row, "ptr") === link);
  const address = client === undefined ? undefined : text(client, "addr");
  const port = client === undefined ? undefined : integer(client, "port");
  if (client === undefined) return `no client of it uses session ${backendPid} at this moment`;
  if (address === undefined || port === undefined || address.startsWith("unix")) {
    return "its client came over a Unix socket";
  }
  const [localAddress, localPort] = [text(client, "local_addr"), integer(client, "local_port")];
  const isLocalKnown = localAddress !== undefined && localPort !== undefined && localPort > 0;
  return {
    client: { address, port },
    ...(isLocalKnown ? { server: { address: localAddress, port: localPort } } : {}),
  };
}
