/*
 * Who speaks: the service, the process, its machine.
 *
 * Everything is known at once and without the network: asking a cloud for metadata would hold up
 * the first request of every process that does not run there. Arguments of the command line are
 * left out, because they may hold passwords.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { arch, hostname, release, userInfo } from "node:os";
import { basename, dirname } from "node:path";
import type { AttributeValue, Resource } from "@spoor/trace";
import { sdkVersion } from "../base/version.ts";
import type { TextOf } from "../settings/read-variables.ts";
import type { DetectorName, ResourceSettings, ResourceValue } from "../settings/settings.ts";
import { findContainerId } from "./container-id.ts";
import { findApplicationPackage } from "./package-name.ts";
import { resourceKeys as keys } from "./resource-keys.ts";

/** A resource and where its name comes from. */
export interface DetectedResource {
  readonly resource: Resource;
  readonly serviceName: string;
  /** What `serviceName` was taken from when nobody gave it; undefined when somebody did. */
  readonly nameSource: "package.json" | "nothing" | undefined;
}

type Found = Partial<Record<string, AttributeValue | undefined>>;

/** Of the specification, for a service that nobody named. */
const UNKNOWN_SERVICE = "unknown_service:node";

/** The resource of this process: what was given, then what can be found out. */
export function detectResource(settings: ResourceSettings, environment: TextOf): DetectedResource {
  const attributes = new Map<string, AttributeValue>([
    [keys.sdkName, "spoor"],
    [keys.sdkLanguage, "nodejs"],
    [keys.sdkVersion, sdkVersion()],
  ]);
  for (const [name, detect] of DETECTORS) {
    if (!settings.detectors.has(name)) continue;
    for (const [key, value] of Object.entries(detect(environment))) {
      if (value !== undefined && value !== "") attributes.set(key, value);
    }
  }
  for (const [key, value] of settings.attributes) attributes.set(key, attributeValue(value));
  const nameSource = nameService(attributes);
  const resource: Resource = {
    attributes,
    droppedAttributesCount: 0,
    schemaUrl: settings.schemaUrl,
    entityRefs: [],
  };
  const name = attributes.get(keys.serviceName);
  return { resource, serviceName: typeof name === "string" ? name : UNKNOWN_SERVICE, nameSource };
}

/** Gives the service a name and a version where it has none. */
function nameService(attributes: Map<string, AttributeValue>): DetectedResource["nameSource"] {
  const script = process.argv[1];
  const found = findApplicationPackage(script === undefined ? process.cwd() : dirname(script));
  const given = attributes.get(keys.serviceName);
  const hasName = typeof given === "string" && given !== "";
  if (!hasName) attributes.set(keys.serviceName, found?.name ?? UNKNOWN_SERVICE);
  // The version of a package says nothing about a service of another name.
  const isSame = attributes.get(keys.serviceName) === found?.name;
  if (isSame && found?.version !== undefined && !attributes.has(keys.serviceVersion)) {
    attributes.set(keys.serviceVersion, found.version);
  }
  if (hasName) return undefined;
  return found?.name === undefined ? "nothing" : "package.json";
}

const DETECTORS: ReadonlyMap<DetectorName, (environment: TextOf) => Found> = new Map<
  DetectorName,
  (environment: TextOf) => Found
>([
  ["host", () => ({ [keys.hostName]: hostname(), [keys.hostArch]: hostArch(), ...hostId() })],
  ["os", () => ({ [keys.osType]: osType(), [keys.osVersion]: release() })],
  ["process", processAttributes],
  ["serviceinstance", () => ({ [keys.serviceInstanceId]: randomUUID() })],
  ["container", containerAttributes],
  ["k8s", kubernetesAttributes],
]);

function processAttributes(): Found {
  return {
    [keys.processPid]: BigInt(process.pid),
    [keys.processExecutableName]: basename(process.execPath),
    [keys.processExecutablePath]: process.execPath,
    [keys.processCommand]: process.argv[1],
    [keys.processOwner]: ownerName(),
    [keys.processRuntimeName]: "nodejs",
    [keys.processRuntimeVersion]: process.versions.node,
    [keys.processRuntimeDescription]: "Node.js",
  };
}

function ownerName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return undefined;
  }
}

/** The architecture as the conventions name it. */
function hostArch(): string {
  const names: Readonly<Record<string, string>> = { x64: "amd64", arm: "arm32", ppc: "ppc32" };
  return names[arch()] ?? arch();
}

function hostId(): Found {
  const id = readText("/etc/machine-id") ?? readText("/var/lib/dbus/machine-id");
  return { [keys.hostId]: id?.trim() };
}

/** The system as the conventions name it. */
function osType(): string {
  const names: Readonly<Record<string, string>> = { win32: "windows", sunos: "solaris" };
  return names[process.platform] ?? process.platform;
}

function containerAttributes(): Found {
  if (process.platform !== "linux") return {};
  const cgroup = readText("/proc/self/cgroup") ?? "";
  return { [keys.containerId]: findContainerId(cgroup, readText("/proc/self/mountinfo") ?? "") };
}

/** What Kubernetes tells each pod, and what its users pass down by custom. */
function kubernetesAttributes(environment: TextOf): Found {
  if (environment["KUBERNETES_SERVICE_HOST"] === undefined) return {};
  const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
  const namespace = environment["K8S_NAMESPACE"] ?? environment["POD_NAMESPACE"];
  return {
    // Unless somebody set another, the name of a pod is that of its machine.
    [keys.k8sPodName]:
      environment["K8S_POD_NAME"] ?? environment["POD_NAME"] ?? environment["HOSTNAME"],
    [keys.k8sPodUid]: environment["K8S_POD_UID"] ?? environment["POD_UID"],
    [keys.k8sNamespaceName]: namespace ?? readText(`${folder}/namespace`)?.trim(),
    [keys.k8sNodeName]: environment["K8S_NODE_NAME"] ?? environment["NODE_NAME"],
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not there on this system.
    return undefined;
  }
}

/** Whole numbers are integers in OTLP. */
function attributeValue(value: ResourceValue): AttributeValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === "string" || typeof value === "boolean") return value;
  return value.map((member) => attributeValue(member));
}
