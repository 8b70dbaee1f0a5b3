/** The spans whose cost is measured: what a server and its database client would record. */
import { type Attributes, SpanKind, type Tracer } from "@opentelemetry/api";
import type { Sampling } from "./tracer-under-test.ts";

/** One way of making spans. */
export interface SpanCase {
  readonly sampling: Sampling;
  /** How many spans one call of `run` makes. */
  readonly spanCount: number;
  run(tracer: Tracer, index: number): void;
}

/** Ten attributes of an HTTP server span, some of them different for each request. */
function httpAttributes(index: number): Attributes {
  return {
    "http.request.method": "GET",
    "url.scheme": "https",
    "url.path": `/api/users/${index % 1000}`,
    "url.query": "page=2&sort=name",
    "http.route": "/api/users/:id",
    "server.address": "shop.example.com",
    "server.port": 443,
    "http.response.status_code": 200,
    "user_agent.original": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    "network.protocol.version": "1.1",
  };
}

const SERVER = SpanKind.SERVER;

function tenAttributes(tracer: Tracer, index: number): void {
  tracer.startSpan("GET /api", { kind: SERVER, attributes: httpAttributes(index) }).end();
}

function noAttributes(tracer: Tracer): void {
  tracer.startSpan("GET /api", { kind: SERVER }).end();
}

function nested(tracer: Tracer): void {
  tracer.startActiveSpan("a", (a) => {
    tracer.startActiveSpan("b", (b) => {
      tracer.startActiveSpan("c", (c) => c.end());
      b.end();
    });
    a.end();
  });
}

/** The cases by name. */
export const SPAN_CASES: Readonly<Record<string, SpanCase>> = {
  recorded0: { sampling: "on", spanCount: 1, run: noAttributes },
  recorded10: { sampling: "on", spanCount: 1, run: tenAttributes },
  nestedRecorded: { sampling: "on", spanCount: 3, run: nested },
  unsampled0: { sampling: "off", spanCount: 1, run: noAttributes },
  unsampled10: { sampling: "off", spanCount: 1, run: tenAttributes },
  nestedUnsampled: { sampling: "off", spanCount: 3, run: nested },
};
