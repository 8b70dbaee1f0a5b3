import type { ClientFinder, ClientFinding } from "./client-finder.ts";

/** `clients`, asked once for each connection: a search looks through all processes. */
export function rememberedClients(clients: ClientFinder): ClientFinder {
  const findings = new Map<string, Promise<ClientFinding>>();
  return {
    isServerHere: (connection) => clients.isServerHere(connection),
    findClient: async (connection) => {
      const key = JSON.stringify(connection);
      const finding = findings.get(key) ?? clients.findClient(connection);
      findings.set(key, finding);
      return await finding;
    },
  };
}
