import assert from "node:assert/strict";
import { test } from "node:test";

import { checkCluster, checkVersion } from "./check-server.ts";

type Facts = Parameters<typeof checkCluster>[1];

/** Two shards with two copies each, as they should be. */
const REPLICATED: Facts = {
  nodes: [1, 1, 2, 2].map((shard) => ({ shard, isInternallyReplicated: true })),
  clusters: ["prod"],
  macros: ["replica", "shard"],
  replication: "keeper",
  addressCount: 1,
};

/** Two shards with one copy each, both named. */
const PLAIN: Facts = {
  nodes: [1, 2].map((shard) => ({ shard, isInternallyReplicated: false })),
  clusters: ["prod"],
  macros: [],
  replication: "none",
  addressCount: 2,
};

function refuses(facts: Facts, message: RegExp): void {
  assert.throws(() => checkCluster("prod", facts), { code: "SPOOR_STORE_CLUSTER", message });
}

test("a ClickHouse that lacks what is needed is refused, a later one is not", () => {
  for (const old of ["24.12.1.1", "25.7.9.9", "", "18.16.1"]) {
    assert.throws(() => checkVersion(old), { code: "SPOOR_STORE_TOO_OLD", message: /25\.8/u });
  }
  for (const version of ["25.8.1.1", "25.12.3.4-stable", "26.1.1"]) checkVersion(version);
});

test("clusters that keep every row and show every row are taken", () => {
  checkCluster("prod", REPLICATED);
  checkCluster("prod", PLAIN);
});

test("a cluster that is not there is refused", () => {
  refuses({ ...PLAIN, nodes: [], clusters: ["a", "b"] }, /knows no such cluster, but a, b/u);
  refuses({ ...PLAIN, nodes: [], clusters: [] }, /knows no such cluster, but none/u);
});

test("replication needs macros, and a Distributed table that leaves it alone", () => {
  refuses({ ...REPLICATED, macros: ["shard"] }, /no macro replica/u);
  const nodes = REPLICATED.nodes.map((node) => ({ ...node, isInternallyReplicated: false }));
  refuses({ ...REPLICATED, nodes }, /internal_replication/u);
});

test("without replication a shard has one node, and each node is named", () => {
  refuses({ ...PLAIN, nodes: REPLICATED.nodes, addressCount: 4 }, /4 nodes for 2 shards/u);
  refuses({ ...PLAIN, addressCount: 1 }, /2 nodes, and 1 of them/u);
});
