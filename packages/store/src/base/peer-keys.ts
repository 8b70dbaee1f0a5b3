import { keys } from "@spoor/trace";

/** Attributes that name what a client or producer span calls, the most telling first. */
export const PEER_KEYS: Readonly<Record<PeerKeyList, readonly string[]>> = {
  databaseSystem: [keys.dbSystemName, keys.dbSystem],
  database: [keys.peerService, keys.dbNamespace, keys.dbName, keys.serverAddress],
  messagingSystem: [keys.messagingSystem],
  messaging: [keys.peerService, keys.messagingDestinationName, keys.serverAddress],
  external: [keys.peerService, keys.serverAddress, keys.netPeerName, keys.rpcService],
};

type PeerKeyList = "databaseSystem" | "database" | "messagingSystem" | "messaging" | "external";
