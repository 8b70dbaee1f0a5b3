import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { DetectorName, ResourceSettings, ResourceValue } from "../settings/settings.ts";
import { findContainerId } from "./container-id.ts";
import { detectResource } from "./detect-resource.ts";
import { findApplicationPackage } from "./package-name.ts";

const ALL: readonly DetectorName[] = ["host", "os", "process", "serviceinstance", "k8s"];

function settings(
  attributes: Readonly<Record<string, ResourceValue>>,
  detectors: readonly DetectorName[] = ALL,
): ResourceSettings {
  return {
    attributes: new Map(Object.entries(attributes)),
    schemaUrl: "",
    detectors: new Set(detectors),
  };
}

test("a resource says which service, process and machine speak", () => {
  const { resource, serviceName, nameSource } = detectResource(
    settings({ "service.name": "shop", "process.pid": "mine", "shop.size": 42, ratio: 0.5 }),
    {},
  );
  const { attributes } = resource;
  assert.deepEqual([serviceName, nameSource], ["shop", undefined]);
  const instanceId = attributes.get("service.instance.id");
  assert.ok(typeof instanceId === "string" && /^[0-9a-f-]{36}$/.test(instanceId));
  assert.equal(attributes.get("process.runtime.name"), "nodejs");
  assert.equal(attributes.get("telemetry.sdk.language"), "nodejs");
  assert.equal(typeof attributes.get("host.name"), "string");
  // What somebody gave wins over what was found; whole numbers are integers.
  assert.equal(attributes.get("process.pid"), "mine");
  assert.equal(attributes.get("shop.size"), 42n);
  assert.equal(attributes.get("ratio"), 0.5);
  assert.equal(attributes.has("process.command_args"), false);
});

test("only the detectors that are asked for look", () => {
  const { resource } = detectResource(settings({ "service.name": "shop" }, ["os"]), {});
  assert.equal(resource.attributes.has("os.type"), true);
  assert.equal(resource.attributes.has("process.pid"), false);
});

test("a pod of Kubernetes is named, and only where there is one", () => {
  const inside = { KUBERNETES_SERVICE_HOST: "10.0.0.1", HOSTNAME: "shop-7d", NODE_NAME: "n1" };
  const { attributes } = detectResource(settings({}), inside).resource;
  assert.equal(attributes.get("k8s.pod.name"), "shop-7d");
  assert.equal(attributes.get("k8s.node.name"), "n1");
  const outside = detectResource(settings({}), { HOSTNAME: "laptop" }).resource;
  assert.equal(outside.attributes.has("k8s.pod.name"), false);
});

test("a service without a name takes that of the nearest package.json that has one", () => {
  const folder = mkdtempSync(join(tmpdir(), "spoor-resource-"));
  try {
    const inner = join(folder, "dist", "server");
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"name":"shop","version":"1.2.3"}');
    writeFileSync(join(folder, "dist", "package.json"), '{"type":"module"}');
    writeFileSync(join(inner, "package.json"), "broken");
    assert.deepEqual(findApplicationPackage(inner), { name: "shop", version: "1.2.3" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a container is recognised by both versions of control groups", () => {
  const id = "0123456789abcdef".repeat(4);
  assert.equal(findContainerId(`12:pids:/docker/${id}\n`, ""), id);
  const mount = `642 ... /var/lib/docker/containers/${id}/hostname /etc/hostname rw`;
  assert.equal(findContainerId("0::/\n", `1 2 3\n${mount}\n`), id);
  assert.equal(findContainerId("0::/user.slice\n", "1 2 3\n"), undefined);
});
