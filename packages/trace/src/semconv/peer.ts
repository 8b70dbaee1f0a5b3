import type { Attributes } from "../span/attributes.ts";
import { SpanKind } from "../span/kind.ts";
import type { Span } from "../span/span.ts";
import { keys } from "./keys.ts";

type PeerKeyList = "databaseSystem" | "database" | "messagingSystem" | "messaging" | "external";

/** Attributes that name what a client or producer span calls, the most telling first. */
export const PEER_KEYS: Readonly<Record<PeerKeyList, readonly string[]>> = {
  databaseSystem: [keys.dbSystemName, keys.dbSystem],
  database: [keys.peerService, keys.dbNamespace, keys.dbName, keys.serverAddress],
  messagingSystem: [keys.messagingSystem],
  messaging: [keys.peerService, keys.messagingDestinationName, keys.serverAddress],
  external: [keys.peerService, keys.serverAddress, keys.netPeerName, keys.rpcService],
};

/** What a span calls that has no spans of its own. */
export interface Peer {
  readonly calleeType: "database" | "messaging" | "external";
  /** A database, queue or host; empty when the span names none. */
  readonly callee: string;
}

/** What a client or producer span calls, as its attributes name it. */
export function peerOf({ kind, attributes }: Pick<Span, "kind" | "attributes">): Peer {
  const first = (names: readonly string[]): string => firstText(attributes, names);
  if (first(PEER_KEYS.databaseSystem) !== "") {
    const callee = first([...PEER_KEYS.database, ...PEER_KEYS.databaseSystem]);
    return { calleeType: "database", callee };
  }
  if (kind === SpanKind.producer || first(PEER_KEYS.messagingSystem) !== "") {
    const callee = first([...PEER_KEYS.messaging, ...PEER_KEYS.messagingSystem]);
    return { calleeType: "messaging", callee };
  }
  return { calleeType: "external", callee: first(PEER_KEYS.external) };
}

function firstText(attributes: Attributes, names: readonly string[]): string {
  for (const name of names) {
    const value = attributes.get(name);
    if (typeof value === "string" && value !== "") return value;
  }
  return "";
}
