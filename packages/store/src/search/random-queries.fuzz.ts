/* Random traces and random queries that have something to find in each other. Seeded. */
import {
  type AttributeValue,
  keys as attributeKeys,
  plainSpan,
  type Span,
  type SpanEvent,
  type SpanLink,
} from "@spoor/trace";

/** Random numbers that a seed decides (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** One of the options. */
  of<T>(options: readonly T[]): T {
    const option = options[this.below(options.length)];
    if (option === undefined) throw new RangeError("there are no options");
    return option;
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

const KEYS = ["a", "b", "http.route", "with space", "n"];
const NAMES = ["GET /", "query", "lock", "ünï", ""];
const SERVICES = ["checkout", "payment", "inventory", ""];
const TEXTS = ["x", "y", "xy", "", "GET", "10", "\u0001odd", "ßÄ", "line\nbreak"];
const WAITS = ["db.lock", "pool"];
const NUMBERS: readonly (bigint | number)[] = [
  0n,
  1n,
  2n,
  -3n,
  200n,
  2n ** 62n,
  0.5,
  1.5,
  2,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];

function randomValue(random: Random, depth: number = 0): AttributeValue {
  const kind = random.below(depth === 0 ? 10 : 6);
  if (kind < 3) return random.of(TEXTS);
  if (kind < 5) return random.of(NUMBERS);
  if (kind === 5) return random.chance(0.5);
  if (kind === 6) return null;
  if (kind === 7) return new Uint8Array([1, 2]);
  if (kind === 8) return new Map([["a", "x"]]);
  return Array.from({ length: random.below(4) }, () => randomValue(random, 1));
}

function randomAttributes(random: Random): Map<string, AttributeValue> {
  const keys = KEYS.filter(() => random.chance(0.4));
  return new Map(keys.map((key) => [key, randomValue(random)]));
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => random.below(16).toString(16)).join("");
}

/** When random spans are, around which queries look. */
export interface RandomTraceOptions {
  readonly traces: number;
  readonly nowUnixNano: bigint;
}

/** Traces of up to 12 spans, some without a root, with circles, copies and shared ids. */
export function randomTraces(random: Random, { traces, nowUnixNano }: RandomTraceOptions): Span[] {
  const resources = Array.from({ length: 6 }, () => randomResource(random));
  const scopes = Array.from({ length: 4 }, () => ({
    name: random.of(["", "lib", "grpc"]),
    version: random.of(["", "1.0"]),
    attributes: randomAttributes(random),
    droppedAttributesCount: 0,
    schemaUrl: "",
  }));
  return Array.from({ length: traces }, () => {
    const traceId = hex(random, 32);
    // Some lie around the start of the interval, where the margin decides.
    const offset = BigInt(random.below(random.chance(0.2) ? 8_000_000 : 3_000_000)) * 1_000_000n;
    const startUnixNano = nowUnixNano - offset;
    const ids = Array.from({ length: 1 + random.below(12) }, () => hex(random, 16));
    if (random.chance(0.1)) ids.push(ids[0] ?? "");
    return ids.map((spanId, index): Span => {
      const start = startUnixNano + BigInt(random.below(5_000)) * 1_000_000n;
      const end = start + BigInt(random.of([0, 5, 1_000, 50_000_000, 2_000_000_000, -5]));
      return plainSpan({
        traceId,
        spanId,
        parentSpanId: randomParent(random, ids, index),
        name: random.of(NAMES),
        kind: random.of([0, 1, 2, 3, 4, 5]),
        startTimeUnixNano: start,
        endTimeUnixNano: end,
        status: { code: random.of([0, 0, 1, 2]), message: random.of(["", "x", "timed out"]) },
        attributes: randomAttributes(random),
        events: Array.from({ length: random.below(3) }, () => randomEvent(random, start)),
        links: Array.from({ length: random.below(2) }, () => randomLink(random)),
        resource: random.of(resources),
        scope: random.of(scopes),
      });
    });
  }).flat();
}

function randomResource(random: Random): Span["resource"] {
  const attributes = new Map<string, AttributeValue>(randomAttributes(random));
  if (random.chance(0.9)) attributes.set("service.name", random.of(SERVICES));
  return { attributes, droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] };
}

function randomParent(random: Random, ids: readonly string[], index: number): string {
  if (index === 0) return random.chance(0.8) ? "" : hex(random, 16);
  const kind = random.below(20);
  if (kind === 0) return "";
  if (kind === 1) return "00000000000000aa";
  // Any of them, itself and later ones too: circles.
  if (kind === 2) return random.of(ids);
  return ids[random.below(index)] ?? "";
}

function randomEvent(random: Random, start: bigint): SpanEvent {
  const attributes = randomAttributes(random);
  if (random.chance(0.3)) attributes.set(attributeKeys.spoorWaitKind, random.of([...WAITS, 1n]));
  return {
    timeUnixNano: start + BigInt(random.of([0, 1_000_000, 2_000_000_000, -7])),
    name: random.of(["exception", "log", ""]),
    attributes,
    droppedAttributesCount: 0,
  };
}

function randomLink(random: Random): SpanLink {
  return {
    traceId: random.of(["1".repeat(32), "2".repeat(32)]),
    spanId: "3".repeat(16),
    traceState: "",
    flags: 0,
    attributes: randomAttributes(random),
    droppedAttributesCount: 0,
  };
}

const SCOPES = [
  "",
  "span",
  "resource",
  "event",
  "link",
  "instrumentation",
  "parent",
  "parent.span",
];
const TEXT_INTRINSICS = [
  "name",
  "statusMessage",
  "rootName",
  "rootServiceName",
  "span:parentID",
  "event:name",
  "instrumentation:name",
  "instrumentation:version",
  "link:traceID",
];
const NUMBER_INTRINSICS = [
  "duration",
  "traceDuration",
  "span:childCount",
  "event:timeSinceStart",
  "nestedSetLeft",
  "nestedSetParent",
  "parent:duration",
];
const PATTERNS = [
  "x.*",
  ".*",
  "x|y",
  "(?i)get",
  "[^x]+",
  "\\\\d+",
  "a{2,3}|G.T",
  "line.break",
  "(?s)line.break",
];

function attribute(random: Random): string {
  const key = random.of(KEYS);
  const name = key.includes(" ") ? `"${key}"` : key;
  if (random.chance(0.1)) return "resource.service.name";
  if (random.chance(0.05)) return ".service.name";
  if (random.chance(0.05)) return random.of(["wait.kind", "parent.wait.kind"]);
  return `${random.of(SCOPES)}.${name}`;
}

function text(random: Random): string {
  return JSON.stringify(
    random.of([...TEXTS, ...SERVICES, ...NAMES, ...WAITS, "exception", "lib"]),
  ).replaceAll("\\u0001", "\u0001");
}

function number(random: Random): string {
  return random.of([
    "0",
    "1",
    "2",
    "-3",
    "200",
    "1.5",
    ".5",
    "10ms",
    "1s",
    "1 + 1",
    "maxInt",
    "3 / 2",
  ]);
}

const ORDER = ["=", "!=", "<", "<=", ">", ">="];

function condition(random: Random): string {
  switch (random.below(12)) {
    case 0:
      return `${attribute(random)} ${random.of(["=~", "!~"])} "${random.of(PATTERNS)}"`;
    case 1:
    case 2:
      return `${attribute(random)} ${random.of(ORDER)} ${text(random)}`;
    case 3:
    case 4: {
      const name = attribute(random);
      const isService = name.endsWith("resource.service.name");
      return isService
        ? `${name} = ${text(random)}`
        : `${name} ${random.of(ORDER)} ${number(random)}`;
    }
    case 5:
      return `${random.of(TEXT_INTRINSICS)} ${random.of([...ORDER, "=~"])} ${text(random).replaceAll("[", "")}`;
    case 6:
      return `${random.of(NUMBER_INTRINSICS)} ${random.of(ORDER)} ${number(random)}`;
    case 7:
      return random.of(["status = error", "status != ok", "kind = server", "kind != client"]);
    case 8: {
      const name = attribute(random);
      return name === "resource.service.name" ? "true" : `${name} ${random.of(["=", "!="])} nil`;
    }
    case 9: {
      const name = attribute(random);
      return name === "resource.service.name" ? "true" : `${random.of(["", "!"])}${name}`;
    }
    case 10:
      return `${number(random)} ${random.of(ORDER)} ${random.of([".a", "span.n", "duration"])}`;
    default:
      return random.of([
        ".a = .b",
        "span.n + 1 > 2",
        "span.n * 2 <= duration / 1000",
        "duration > parent:duration",
        "name = parent:name",
        "!(.a = 1 && .b != nil)",
        "span.a = true",
        "-span.n < 1",
        "span.n % 2 = 1",
      ]);
  }
}

function expression(random: Random, depth: number = 0): string {
  if (depth > 2 || random.chance(0.5)) return condition(random);
  const [left, right] = [expression(random, depth + 1), expression(random, depth + 1)];
  const joined = `(${left} ${random.of(["&&", "||"])} ${right})`;
  return random.chance(0.15) ? `!${joined}` : joined;
}

function filter(random: Random): string {
  return random.chance(0.1) ? "{ }" : `{ ${expression(random)} }`;
}

const RELATIONS = [">", ">>", "<", "<<", "~"];

function spanset(random: Random, depth: number = 0): string {
  if (depth > 1 || random.chance(0.5)) return filter(random);
  if (random.chance(0.12)) return `!${spanset(random, 2)}`;
  const operator = random.chance(0.4)
    ? random.of(["&&", "||"])
    : random.of(["", "", "!", "&"]) + random.of(RELATIONS);
  return `(${spanset(random, depth + 1)} ${operator} ${spanset(random, depth + 1)})`;
}

function stage(random: Random): string {
  switch (random.below(7)) {
    case 0:
      // What is not there, among what is left of a trace.
      return random.chance(0.5) ? filter(random) : spanset(random, 1);
    case 1:
      return `by(${random.of([attribute(random), "name", "status", "duration > 1s", "resource.service.name"])})`;
    case 2:
      return `count() ${random.of(ORDER)} ${random.below(4)}`;
    case 3:
      return aggregateFilter(random);
    case 4:
      return "coalesce()";
    case 5:
      return `select(${attribute(random)}, name, status)`;
    default:
      return "count() = 0";
  }
}

function aggregateFilter(random: Random): string {
  const argument = random.of(["duration", "span.n", ".a"]);
  const limit = number(random).replaceAll("maxInt", "5");
  return `${random.of(["min", "max", "avg", "sum"])}(${argument}) > ${limit}`;
}

/** Only of a search: no series can be asked for it. All that is stored has ended. */
function stateFilter(random: Random): string {
  const state = `${random.of(["span", "parent"])}:state`;
  const word = random.of(["ended", "ended", "open", "gone"]);
  return `{ ${state} ${random.of(["=", "!="])} ${word} || ${condition(random)} }`;
}

/** The text of a search. */
export function randomSearch(random: Random): string {
  const stages = [random.chance(0.05) ? "count() > 2" : spanset(random)];
  if (random.chance(0.05)) stages.unshift(stateFilter(random));
  while (random.chance(0.3)) stages.push(stage(random));
  return stages.join(" | ");
}

/** The text of a metrics query. */
export function randomMetrics(random: Random): string {
  const call = random.of([
    "rate()",
    "count_over_time()",
    "min_over_time(duration)",
    "max_over_time(span.n)",
    "avg_over_time(duration)",
    "sum_over_time(duration)",
    "quantile_over_time(duration, .5, .99, 1)",
    "histogram_over_time(duration)",
    "quantile_over_time(.a, 0, .25)",
  ]);
  const by = random.chance(0.5)
    ? ` by (${random.of([attribute(random), "name", "resource.service.name", "status, span.a"])})`
    : "";
  const body = random.chance(0.7) ? filter(random) : spanset(random);
  const rest = random.of(["", "", "", " | topk(2)", " > 1", " | bottomk(1)"]);
  const query = `${body} | ${call}${by}${rest}`;
  if (random.chance(0.1)) return `(${query}) ${random.of(["/", "+", "*"])} ({ } | rate())`;
  return random.chance(0.1) ? `{ } | compare(${filter(random)}, 3)` : query;
}
