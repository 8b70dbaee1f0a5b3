/*
 * The realistic mix: 50 services with ten span names each, traces of 8 to 200 spans, 8 to 12
 * attributes of which some never repeat, events, links, one error in thirty; gathered by five
 * collectors into requests of 512 spans, so that a trace arrives in several requests.
 */
import {
  type AttributeValue,
  type InstrumentationScope,
  plainSpan,
  type Resource,
  type Span,
} from "@spoor/trace";
import { blankDigits, blankHex, blankTraceHex } from "./blank.ts";
import { Random } from "./random.ts";
import type { SpanDraft, TemplateParts } from "./template.ts";

const SERVICE_COUNT = 50;
const NAMES_PER_SERVICE = 10;
const COLLECTOR_COUNT = 5;
const SPANS_PER_REQUEST = 512;
const TRACE_SPANS_MIN = 8;
const TRACE_SPANS_MAX = 200;

const DOMAINS = [
  "cart",
  "order",
  "stock",
  "price",
  "user",
  "mail",
  "search",
  "media",
  "risk",
  "tax",
];
const ROLES = ["api", "worker", "store", "sync", "edge"];
const VERBS = [
  "get",
  "list",
  "create",
  "update",
  "cancel",
  "check",
  "load",
  "send",
  "merge",
  "audit",
];
const REGIONS = ["eu-west-1", "us-east-1", "ap-south-1"];
const EVENTS = ["cache.miss", "retry", "lock.wait", "exception", "enqueue"];

type Layer = "server" | "client" | "database" | "task";

interface Service {
  readonly name: string;
  readonly instances: readonly Resource[];
}

/** Drafts and requests for about `requestCount` requests. */
export function realisticParts(seed: number, requestCount: number): TemplateParts {
  const random = new Random(seed);
  const services = Array.from({ length: SERVICE_COUNT }, (_, index) => serviceOf(index, random));
  const drafts: SpanDraft[] = [];
  const serviceOfDraft: number[] = [];
  const traceStarts: number[] = [];
  while (drafts.length < requestCount * SPANS_PER_REQUEST) {
    appendTrace({ random, services, drafts, serviceOfDraft, trace: traceStarts.length });
    traceStarts.push(random.fraction());
  }
  const ends = drafts.map(
    ({ trace, startNano, durationNano }) =>
      (traceStarts[trace] ?? 0) * 60e9 + startNano + durationNano,
  );
  return { drafts, traceStarts, requests: gather(ends, serviceOfDraft) };
}

/** Spans in the order of their ends, by collector, cut into requests. */
function gather(ends: readonly number[], serviceOfDraft: readonly number[]): number[][] {
  const order = ends.map((_, index) => index).toSorted((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0));
  const pending = Array.from({ length: COLLECTOR_COUNT }, (): number[] => []);
  const requests: number[][] = [];
  for (const draft of order) {
    const collector = pending[(serviceOfDraft[draft] ?? 0) % COLLECTOR_COUNT] ?? [];
    collector.push(draft);
    if (collector.length === SPANS_PER_REQUEST) requests.push(collector.splice(0));
  }
  const left = pending.flat();
  while (left.length > 0) requests.push(left.splice(0, SPANS_PER_REQUEST));
  return requests;
}

interface TraceParts {
  readonly random: Random;
  readonly services: readonly Service[];
  readonly drafts: SpanDraft[];
  readonly serviceOfDraft: number[];
  readonly trace: number;
}

interface Placed {
  readonly draft: number;
  readonly service: number;
  readonly instance: number;
  readonly startNano: number;
  readonly durationNano: number;
}

function appendTrace({ random, services, drafts, serviceOfDraft, trace }: TraceParts): void {
  const size =
    TRACE_SPANS_MIN +
    Math.floor((TRACE_SPANS_MAX - TRACE_SPANS_MIN + 1) * random.fraction() ** 2.5);
  const placed: Placed[] = [];
  for (let index = 0; index < size; index += 1) {
    const parent = placed.length === 0 ? undefined : placed[parentIndex(random, placed.length)];
    const isHop = parent === undefined || random.next(3) === 0;
    const layer: Layer = isHop ? "server" : random.pick(["client", "database", "task", "database"]);
    const service = isHop ? random.next(SERVICE_COUNT) : (parent?.service ?? 0);
    const parentNano = parent?.durationNano ?? 0;
    const durationNano =
      parent === undefined
        ? 20e6 * (1 + 80 * random.fraction() ** 3)
        : parentNano * (0.05 + 0.7 * random.fraction());
    const startNano =
      parent === undefined
        ? 0
        : parent.startNano + (parentNano - durationNano) * random.fraction() * 0.9;
    const self: Placed = {
      draft: drafts.length,
      service,
      instance: isHop ? random.next(2) : (parent?.instance ?? 0),
      startNano: Math.floor(startNano),
      durationNano: Math.floor(durationNano),
    };
    placed.push(self);
    serviceOfDraft.push(service);
    drafts.push(draftOf({ random, services, layer, self, trace, parent: parent?.draft }));
  }
}

/** Mostly one of the newest, so that traces are deep as well as wide. */
function parentIndex(random: Random, count: number): number {
  return random.next(3) === 0 ? random.next(count) : count - 1 - random.next(Math.min(count, 6));
}

function draftOf(parts: {
  readonly random: Random;
  readonly services: readonly Service[];
  readonly layer: Layer;
  readonly self: Placed;
  readonly trace: number;
  readonly parent: number | undefined;
}): SpanDraft {
  const { random, services, layer, self, trace, parent } = parts;
  const { startNano, durationNano } = self;
  const service = services[self.service] ?? serviceOf(0, random);
  const resource = service.instances[self.instance] ?? random.pick(service.instances);
  const isError = random.next(30) === 0;
  const eventCount = random.next(5) === 0 || isError ? 1 + random.next(2) : 0;
  const hasLink = trace > 0 && random.next(50) === 0;
  const verb = VERBS[random.next(NAMES_PER_SERVICE)] ?? "get";
  return {
    trace,
    parent,
    startNano,
    durationNano,
    eventTimesNano: Array.from({ length: eventCount }, () =>
      Math.floor(startNano + durationNano * random.fraction()),
    ),
    links: hasLink ? [[trace - 1, Math.max(0, self.draft - 1 - random.next(8))]] : [],
    span: {
      ...NO_SPAN,
      name: nameOf(service.name, verb, layer),
      kind: layer === "server" ? 2 : layer === "task" ? 1 : 3,
      status: isError ? { code: 2, message: "upstream timeout" } : { code: 0, message: "" },
      attributes: new Map([...layerAttributes(random, layer, verb), ...ownAttributes(random)]),
      events: Array.from({ length: eventCount }, () => eventOf(random)),
      links: hasLink ? [LINK] : [],
      resource,
      scope: SCOPES[layer],
    },
  };
}

/** Ten names for each service, whatever the layer: the verb decides. */
function nameOf(service: string, verb: string, layer: Layer): string {
  const path = `/${service.split("-")[0]}s/{id}/${verb}`;
  if (layer === "server" || layer === "client") return `POST ${path}`;
  return `${verb} ${service}`;
}

function layerAttributes(random: Random, layer: Layer, verb: string): Attribute[] {
  switch (layer) {
    case "server":
      return [
        ["http.request.method", "POST"],
        ["http.route", `/api/{id}/${verb}`],
        ["url.path", `/api/${blankDigits(7)}/${verb}`],
        ["url.scheme", "https"],
        ["http.response.status_code", random.pick([200n, 200n, 200n, 201n, 404n, 500n])],
        ["client.address", `10.${blankDigits(3)}.${blankDigits(3)}.17`],
        ["user_agent.original", `Mozilla/5.0 (X11; Linux x86_64) Chrome/1${blankDigits(3)}.0`],
      ];
    case "client":
      return [
        ["http.request.method", "POST"],
        ["url.full", `https://internal/api/${blankDigits(7)}/${verb}`],
        ["server.address", `ip-10-2-${random.next(30)}-17.eu-west-1.compute.internal`],
        ["server.port", 8443n],
        ["http.response.status_code", random.pick([200n, 200n, 204n, 503n])],
        ["network.protocol.version", "2"],
      ];
    case "database":
      return [
        ["db.system.name", "postgresql"],
        ["db.namespace", "shop"],
        ["db.operation.name", "SELECT"],
        ["db.query.text", `SELECT id, state, total FROM ${verb}s WHERE owner = $1 AND state = $2`],
        ["server.address", `db-${random.next(8)}.internal`],
        ["server.port", 5432n],
        ["db.response.returned_rows", BigInt(random.next(100))],
      ];
    case "task":
      return [
        ["code.function.name", verb],
        ["code.file.path", `/srv/app/src/${verb}.ts`],
        ["code.line.number", BigInt(10 + random.next(400))],
        ["app.amount", random.next(100_000) / 100],
        ["app.is_retry", random.next(3) === 0],
      ];
  }
}

/** Digits of {@link REQUEST_ID_KEY}. */
export const REQUEST_ID_DIGITS = 32;

/** An attribute that all spans of a trace share, and nobody else. */
export const REQUEST_ID_KEY = "app.request.id";

/** Two ids that the spans of a trace share, and up to three more attributes. */
function ownAttributes(random: Random): Attribute[] {
  const attributes: Attribute[] = [
    [REQUEST_ID_KEY, blankTraceHex(REQUEST_ID_DIGITS)],
    ["app.user.id", `usr_${blankTraceHex(6)}`],
    ["app.region", random.pick(REGIONS)],
    ["app.order.id", `ord_${blankHex(12)}`],
    ["thread.id", BigInt(random.next(16))],
  ];
  return attributes.slice(0, 3 + random.next(3));
}

function eventOf(random: Random): Span["events"][number] {
  return {
    timeUnixNano: 0n,
    name: random.pick(EVENTS),
    attributes: new Map<string, AttributeValue>([
      ["message", `attempt ${random.next(5)} for key order:${blankDigits(6)}`],
      ["attempt", BigInt(random.next(5))],
    ]),
    droppedAttributesCount: 0,
  };
}

function serviceOf(index: number, random: Random): Service {
  const name = `${DOMAINS[index % 10] ?? ""}-${ROLES[Math.floor(index / 10)] ?? ""}`;
  const instances = Array.from({ length: 2 }, (_, instance) => ({
    attributes: new Map<string, AttributeValue>([
      ["service.name", name],
      ["service.version", `1.${random.next(9)}.${random.next(30)}`],
      ["service.instance.id", `${name}-${instance}`],
      ["deployment.environment.name", "production"],
      ["host.name", `ip-10-2-${random.next(30)}-17.eu-west-1.compute.internal`],
      ["k8s.pod.name", `${name}-7d9f8b6c5-${random.next(4096)}`],
      ["k8s.namespace.name", "shop"],
      ["process.pid", BigInt(random.next(30_000))],
      ["telemetry.sdk.language", "nodejs"],
      ["os.type", "linux"],
    ]),
    droppedAttributesCount: 0,
    schemaUrl: "",
    entityRefs: [],
  }));
  return { name, instances };
}

function scopeOf(name: string): InstrumentationScope {
  return {
    name: `@opentelemetry/instrumentation-${name}`,
    version: "0.223.1",
    attributes: new Map(),
    droppedAttributesCount: 0,
    schemaUrl: "",
  };
}

type Attribute = readonly [key: string, value: AttributeValue];

const SCOPES: Readonly<Record<Layer, InstrumentationScope>> = {
  server: scopeOf("http"),
  client: scopeOf("undici"),
  database: scopeOf("pg"),
  task: scopeOf("app"),
};

const LINK: Span["links"][number] = {
  traceId: "",
  spanId: "",
  traceState: "",
  flags: 0,
  attributes: new Map([["messaging.operation.type", "receive"]]),
  droppedAttributesCount: 0,
};

/** A span of which everything that differs is still to be said. */
export const NO_SPAN: Omit<Span, "resource" | "scope"> = plainSpan({ flags: 0x101, kind: 1 });
