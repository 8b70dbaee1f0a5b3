/*
 * Whether a ClickHouse that somebody else runs has what Spoor needs, asked before anything is made
 * in it: what is wrong later is found out with spans on their way.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { SpoorError } from "@spoor/trace";

import type { StoreErrorCode } from "../base/error-codes.ts";
import { SERVER_VERSION_MIN } from "../base/limits.ts";
import { storeError } from "../engine/connection.ts";
import type { Replication, SchemaPlace } from "../schema/table-ddl.ts";

/**
 * Checks the version and, for a cluster, its configuration.
 *
 * @throws SPOOR_STORE_TOO_OLD, SPOOR_STORE_CLUSTER
 */
export async function checkServer(
  client: ClickHouseClient,
  { place, addressCount }: { readonly place: SchemaPlace; readonly addressCount: number },
): Promise<void> {
  try {
    const [row] = await rows<[version: string]>(client, "SELECT version()");
    checkVersion(row?.[0] ?? "");
    if (place.cluster === undefined) return;
    const { name, replication } = place.cluster;
    checkCluster(name, { replication, addressCount, ...(await readCluster(client, name)) });
  } catch (error) {
    throw storeError("check ClickHouse", error);
  }
}

/** @throws SPOOR_STORE_TOO_OLD for a version such as "24.3.1.2672". */
export function checkVersion(version: string): void {
  const [year = 0, release = 0] = version.split(".").map(Number);
  const [yearMin, releaseMin] = SERVER_VERSION_MIN;
  if (year > yearMin || (year === yearMin && release >= releaseMin)) return;
  const code: StoreErrorCode = "SPOOR_STORE_TOO_OLD";
  const needed = `${yearMin}.${releaseMin}`;
  throw new SpoorError(`cannot use ClickHouse ${version}: it has to be ${needed} or later`, {
    code,
    hint: "Upgrade ClickHouse, or leave its address out to use the embedded one.",
  });
}

/** What a node says about a cluster. */
export interface ClusterFacts {
  /** The copies in the cluster: each node of each shard. */
  readonly nodes: readonly {
    readonly shard: number;
    /** Whether a Distributed table writes to one copy and leaves the others to replication. */
    readonly isInternallyReplicated: boolean;
  }[];
  /** The names of all clusters. */
  readonly clusters: readonly string[];
  /** The names of the macros that replicated tables can use. */
  readonly macros: readonly string[];
}

/** @throws SPOOR_STORE_CLUSTER for a cluster that would lose or hide rows. */
export function checkCluster(
  name: string,
  facts: ClusterFacts & { readonly replication: Replication; readonly addressCount: number },
): void {
  const { nodes, clusters, macros, replication, addressCount } = facts;
  const shardCount = new Set(nodes.map(({ shard }) => shard)).size;
  if (nodes.length === 0) {
    const known = clusters.length === 0 ? "none" : clusters.join(", ");
    throw wrong(name, `ClickHouse knows no such cluster, but ${known}`, "It is in remote_servers.");
  }
  if (replication === "keeper") {
    const missing = ["shard", "replica"].filter((macro) => !macros.includes(macro));
    if (missing.length > 0) {
      const reason = `its nodes have no macro ${missing.join(" and ")} to replicate by`;
      throw wrong(
        name,
        reason,
        "Define them in <macros>, or choose --clickhouse-replication none.",
      );
    }
    if (nodes.some(({ isInternallyReplicated }) => !isInternallyReplicated)) {
      const reason = "internal_replication is not true for all its shards";
      throw wrong(name, reason, "Otherwise each row would be sent to every copy.");
    }
    return;
  }
  if (nodes.length > shardCount) {
    const reason = `it has ${nodes.length} nodes for ${shardCount} shards, and nothing replicates`;
    throw wrong(
      name,
      reason,
      "Without replication each shard has one node, or copies would differ.",
    );
  }
  if (addressCount !== nodes.length) {
    const reason = `it has ${nodes.length} nodes, and ${addressCount} of them have an address here`;
    throw wrong(name, reason, "Without Keeper each node is told by itself: give all addresses.");
  }
}

async function readCluster(client: ClickHouseClient, name: string): Promise<ClusterFacts> {
  const [nodes, clusters, macros] = await Promise.all([
    rows<[shard: number, isInternallyReplicated: number]>(
      client,
      "SELECT shard_num, internal_replication FROM system.clusters WHERE cluster = {name:String}",
      { name },
    ),
    rows<[string]>(client, "SELECT DISTINCT cluster FROM system.clusters ORDER BY cluster"),
    rows<[string]>(client, "SELECT macro FROM system.macros"),
  ]);
  return {
    nodes: nodes.map(([shard, flag]) => ({ shard, isInternallyReplicated: flag === 1 })),
    clusters: clusters.flat(),
    macros: macros.flat(),
  };
}

async function rows<Row>(
  client: ClickHouseClient,
  query: string,
  query_params: Readonly<Record<string, unknown>> = {},
): Promise<Row[]> {
  const result = await client.query({ query, query_params, format: "JSONCompactEachRow" });
  return result.json<Row>();
}

function wrong(name: string, reason: string, hint: string): SpoorError {
  const code: StoreErrorCode = "SPOOR_STORE_CLUSTER";
  return new SpoorError(`cannot use the cluster ${name}: ${reason}`, { code, hint });
}
