/*
 * Realistic requests for benchmarks: 512 spans with ten attributes each, half an event per span,
 * two links in a hundred, one error in twenty; HTTP, database and application spans of eight
 * services, as a collector that gathers from them would send. About 540 bytes a span. The same seed
 * gives the same bytes.
 */
import {
  type AttributeValue,
  type InstrumentationScope,
  plainSpan,
  type Resource,
  type Span,
  type SpanEvent,
} from "@spoor/trace";

/** Spans in one request. */
export const SPANS_PER_REQUEST = 512;

const SERVICES = [
  "frontend",
  "checkout",
  "payment",
  "inventory",
  "cart",
  "shipping",
  "auth",
  "mail",
];
const REGIONS = ["eu-west-1", "us-east-1", "ap-south-1"];
const TASKS = [
  "reserveStock",
  "priceCart",
  "validateCoupon",
  "renderTotals",
  "chargeCard",
  "audit",
];
const EVENTS = ["cache.miss", "retry", "lock.wait", "enqueue"];
const START_UNIX_NANO = 1_795_300_000_000_000_000n;

/** A source of requests. */
export class BenchSpans {
  #state: number;
  readonly #resources: readonly Resource[];
  readonly #scopes = ["http", "pg", "shop"].map((name) => scopeOf(name));

  constructor(seed: number) {
    this.#state = seed;
    this.#resources = SERVICES.map((service) => this.#resource(service));
  }

  /** The spans of one request. */
  request(): Span[] {
    const traceIds = Array.from({ length: 26 }, () => this.#hex(16));
    return Array.from({ length: SPANS_PER_REQUEST }, (_, index) =>
      this.#span(this.#pick(traceIds), this.#resources[index >> 6] ?? this.#pick(this.#resources)),
    );
  }

  #span(traceId: string, resource: Resource): Span {
    const kind = this.#next(20);
    const scopeIndex = kind < 9 ? 0 : kind < 15 ? 1 : 2;
    const startTimeUnixNano = START_UNIX_NANO + BigInt(this.#next(1_000_000_000));
    const endTimeUnixNano = startTimeUnixNano + BigInt(20_000 + this.#next(50_000_000));
    const isError = this.#next(20) === 0;
    const own = this.#ownFields(scopeIndex);
    return plainSpan({
      traceId,
      spanId: this.#hex(8),
      parentSpanId: this.#next(26) === 0 ? "" : this.#hex(8),
      flags: 0x101,
      name: own.name,
      kind: scopeIndex === 2 ? 1 : 3,
      startTimeUnixNano,
      endTimeUnixNano,
      status: isError ? { code: 2, message: "upstream timeout" } : { code: 0, message: "" },
      attributes: new Map(own.attributes),
      events: this.#next(2) === 0 ? [this.#event(endTimeUnixNano)] : [],
      links: this.#next(50) === 0 ? [this.#link()] : [],
      resource,
      scope: this.#scopes[scopeIndex] ?? this.#pick(this.#scopes),
    });
  }

  #ownFields(scopeIndex: number): OwnFields {
    if (scopeIndex === 0) return this.#httpSpan();
    return scopeIndex === 1 ? this.#databaseSpan() : this.#taskSpan();
  }

  #httpSpan(): OwnFields {
    const method = this.#pick(["GET", "GET", "POST", "PUT"]);
    const route = `/api/v1/orders/:id/part-${this.#next(40)}`;
    return {
      name: `${method} ${route}`,
      attributes: [
        ["http.request.method", method],
        ["http.route", route],
        ["url.path", route.replace(":id", String(this.#next(1_000_000)))],
        ["url.scheme", "https"],
        ["server.address", `ip-10-2-${this.#next(30)}-17.eu-west-1.compute.internal`],
        ["server.port", 8080n],
        ["http.response.status_code", this.#pick([200n, 200n, 200n, 201n, 404n, 500n])],
        ["network.protocol.version", "1.1"],
        ["user_agent.original", `Mozilla/5.0 (X11; Linux x86_64) Chrome/${this.#next(60)}.0`],
        ["client.address", `10.${this.#next(4)}.${this.#next(256)}.${this.#next(256)}`],
      ],
    };
  }

  #databaseSpan(): OwnFields {
    const table = this.#pick(["orders", "order_lines", "stock", "customers"]);
    const query = this.#next(60);
    return {
      name: `SELECT shop.${table}`,
      attributes: [
        ["db.system.name", "postgresql"],
        ["db.namespace", "shop"],
        ["db.operation.name", "SELECT"],
        ["db.collection.name", table],
        [
          "db.query.text",
          `SELECT o.id, o.status, o.total FROM ${table} o JOIN order_lines l ON ` +
            `l.order_id = o.id WHERE o.customer_id = $1 AND o.state_${query} = $2 LIMIT 50`,
        ],
        ["server.address", `ip-10-2-${this.#next(30)}-17.eu-west-1.compute.internal`],
        ["server.port", 5432n],
        ["db.response.returned_rows", BigInt(this.#next(50))],
        ["network.peer.address", `10.9.0.${this.#next(20)}`],
        ["network.peer.port", 5432n],
      ],
    };
  }

  #taskSpan(): OwnFields {
    const name = this.#pick(TASKS);
    return {
      name,
      attributes: [
        ["code.function.name", name],
        ["code.file.path", `/srv/app/src/${name}.ts`],
        ["code.line.number", BigInt(10 + this.#next(400))],
        ["app.user.id", `usr_${this.#next(20_000)}`],
        ["app.order.id", this.#hex(16)],
        ["app.cart.items", BigInt(this.#next(30))],
        ["app.amount", this.#next(100_000) / 100],
        ["app.feature.new_pricing", this.#next(3) === 0],
        ["thread.id", BigInt(this.#next(8))],
        ["app.region", this.#pick(REGIONS)],
      ],
    };
  }

  #event(timeUnixNano: bigint): SpanEvent {
    const attributes = new Map<string, AttributeValue>([
      ["message", `attempt ${this.#next(5)} for key order:${this.#next(1_000_000)}`],
      ["attempt", BigInt(this.#next(5))],
    ]);
    return { timeUnixNano, name: this.#pick(EVENTS), attributes, droppedAttributesCount: 0 };
  }

  #link(): Span["links"][number] {
    return {
      traceId: this.#hex(16),
      spanId: this.#hex(8),
      traceState: "",
      flags: 0,
      attributes: new Map([["messaging.operation.type", "receive"]]),
      droppedAttributesCount: 0,
    };
  }

  #resource(service: string): Resource {
    const attributes = new Map<string, AttributeValue>([
      ["service.name", service],
      ["service.version", `1.${this.#next(9)}.${this.#next(30)}`],
      ["service.instance.id", this.#hex(16)],
      ["deployment.environment.name", "production"],
      ["host.name", `ip-10-2-${this.#next(30)}-17.eu-west-1.compute.internal`],
      ["k8s.pod.name", `${service}-7d9f8b6c5-${this.#hex(3)}`],
      ["k8s.namespace.name", "shop"],
      ["process.pid", BigInt(this.#next(30_000))],
      ["telemetry.sdk.name", "opentelemetry"],
      ["telemetry.sdk.language", "nodejs"],
      ["telemetry.sdk.version", "2.12.1"],
      ["os.type", "linux"],
    ]);
    const schemaUrl = "https://opentelemetry.io/schemas/1.37.0";
    return { attributes, droppedAttributesCount: 0, schemaUrl, entityRefs: [] };
  }

  /** A whole number from 0 to `limit - 1`; the high bits of a linear congruential generator. */
  #next(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 0x1_0000_0000) * limit);
  }

  #pick<T>(choices: readonly T[]): T {
    // The generator never reaches the end of a list that is not empty.
    return choices[this.#next(choices.length)] as T;
  }

  #hex(byteCount: number): string {
    let hex = "";
    for (let index = 0; index < byteCount; index += 1) {
      hex += (this.#next(255) + 1).toString(16).padStart(2, "0");
    }
    return hex;
  }
}

interface OwnFields {
  readonly name: string;
  readonly attributes: readonly (readonly [key: string, value: AttributeValue])[];
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
