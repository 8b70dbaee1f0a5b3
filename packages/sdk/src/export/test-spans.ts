/*
 * Chunks and an exporter for tests, without a tracer.
 */
import { encodeTracesProtobuf } from "@spoor/otlp";
import { NO_RESOURCE, plainSpan, type Resource, type Span } from "@spoor/trace";
import type { Scope, SpanChunk } from "../base/span-sink.ts";
import { defaultEndpoint } from "../settings/endpoint.ts";
import type { Endpoint, ExportSettings } from "../settings/export-settings.ts";
import type { ExportObserver } from "./export-observer.ts";

export const TEST_RESOURCE: Resource = {
  ...NO_RESOURCE,
  attributes: new Map([["service.name", "checkout"]]),
  schemaUrl: "https://opentelemetry.io/schemas/1.37.0",
};

const TEST_SCOPE: Scope = { name: "test", version: "1.2.3", schemaUrl: "" };

let nextSpan = 1;

/** A chunk of `count` spans that differ in their ids. */
export function testChunk(count: number, scope: Scope = TEST_SCOPE): SpanChunk {
  const spans = Array.from({ length: count }, () => testSpan());
  // Parts of a request: the spans of one scope are the last field of its envelope.
  const request = encodeTracesProtobuf(spans);
  return { scope, spanCount: count, bytes: spanBytes(request) };
}

function testSpan(): Span {
  const id = (nextSpan++).toString(16);
  return plainSpan({
    traceId: id.padStart(32, "a"),
    spanId: id.padStart(16, "b"),
    name: `GET /orders/${id}`,
    kind: 2,
    startTimeUnixNano: 1_700_000_000_000_000_000n,
    endTimeUnixNano: 1_700_000_000_001_000_000n,
    attributes: new Map([["http.route", "/orders/:id"]]),
  });
}

/** Strips the three envelopes, each with an empty resource or scope in front. */
function spanBytes(request: Uint8Array): Uint8Array {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = request[at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const open = (tag: number): number => {
    if (request[at++] !== tag) throw new Error(`no field ${tag} at ${at - 1}`);
    return varint();
  };
  const skip = (tag: number): void => {
    // Not "+=": that would read the place before the length has been read.
    const length = open(tag);
    at += length;
  };
  open(0x0a);
  skip(0x0a);
  open(0x12);
  skip(0x0a);
  return request.slice(at);
}

/** An address of this machine, over HTTP. */
export function testEndpoint(port: number): Endpoint {
  return { ...defaultEndpoint("http/protobuf"), host: "127.0.0.1", port };
}

/** Settings for tests: short times, so that nothing waits. */
export function testSettings(changes: Partial<ExportSettings>): ExportSettings {
  return {
    endpoint: undefined,
    headers: new Map(),
    compression: "auto",
    certificates: { authorities: undefined, clientCertificate: undefined, clientKey: undefined },
    attemptMsMax: 10_000,
    queueBytesMax: 16 * 1024 * 1024,
    queueFolder: undefined,
    queueFolderBytesMax: 2 ** 30,
    queueSpanCountMax: undefined,
    batchSpanCount: 512,
    flushDelayMs: 10,
    retryBudgetMs: 300_000,
    ...changes,
  };
}

/** Notes what it is told. */
export class TestObserver implements ExportObserver {
  readonly lines: string[] = [];
  readonly kinds: string[] = [];

  working(): void {
    this.#note("working", "");
  }

  failing(_receiver: string, reason: string): void {
    this.#note("failing", reason);
  }

  recovered(_receiver: string, lostCount: number): void {
    this.#note("recovered", String(lostCount));
  }

  warn(kind: string, text: string): void {
    this.#note(kind, text);
  }

  #note(kind: string, text: string): void {
    this.kinds.push(kind);
    this.lines.push(text);
  }
}
