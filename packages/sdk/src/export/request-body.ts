/*
 * Requests from chunks. A chunk holds its spans as the request does, so that a request is only
 * envelopes around bytes that exist already:
 *
 *   0a [ 0a resource, ( 12 [ 0a scope, chunk, chunk, ..., 1a schema ] )*, 1a schema ]
 *
 * The resource is encoded once, each scope once.
 * Source: opentelemetry-proto v1.9, ExportTraceServiceRequest and ExportLogsServiceRequest, which
 * share their field numbers.
 */
import { Buffer } from "node:buffer";
import {
  ProtobufWriter,
  ResourceEnvelopeField,
  RequestField,
  ScopeEnvelopeField,
  writeResource,
  writeScope,
} from "@spoor/otlp/wire";
import type { Resource } from "@spoor/trace";
import type { Scope, SpanChunk } from "../base/span-sink.ts";

/** A request as parts, in order. */
export interface RequestBody {
  readonly parts: readonly Uint8Array[];
  readonly byteCount: number;
}

interface ScopeEnvelope {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

/** Puts requests together for one resource. */
export class RequestAssembler {
  readonly #resourceHead: Uint8Array;
  readonly #resourceTail: Uint8Array;
  readonly #scopes = new WeakMap<Scope, ScopeEnvelope>();

  constructor(resource: Resource) {
    this.#resourceHead = written((writer) => {
      writer.message(ResourceEnvelopeField.resource, () => {
        writeResource(writer, resource);
      });
    });
    this.#resourceTail = written((writer) => {
      writer.textField(ResourceEnvelopeField.schemaUrl, resource.schemaUrl);
    });
  }

  /** The request that holds `chunks`. The parts are views of their bytes. */
  assemble(chunks: readonly SpanChunk[]): RequestBody {
    const parts: Uint8Array[] = [this.#resourceHead];
    let byteCount = this.#resourceHead.length + this.#resourceTail.length;
    for (const [scope, members] of byScope(chunks)) {
      const { head, tail } = this.#envelope(scope);
      let length = head.length + tail.length;
      for (const { bytes } of members) length += bytes.length;
      const prefix = lengthPrefix(ResourceEnvelopeField.scopeEnvelopes, length);
      parts.push(prefix, head);
      for (const { bytes } of members) parts.push(bytes);
      if (tail.length > 0) parts.push(tail);
      byteCount += prefix.length + length;
    }
    if (this.#resourceTail.length > 0) parts.push(this.#resourceTail);
    const prefix = lengthPrefix(RequestField.resourceEnvelopes, byteCount);
    return { parts: joinSmall([prefix, ...parts]), byteCount: prefix.length + byteCount };
  }

  #envelope(scope: Scope): ScopeEnvelope {
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    const { name, version, schemaUrl } = scope;
    const head = written((writer) => {
      writer.message(ScopeEnvelopeField.scope, () => {
        writeScope(writer, { name, version, schemaUrl, ...NO_SCOPE_ATTRIBUTES });
      });
    });
    const tail = written((writer) => {
      writer.textField(ScopeEnvelopeField.schemaUrl, schemaUrl);
    });
    const envelope = { head, tail };
    this.#scopes.set(scope, envelope);
    return envelope;
  }
}

const NO_SCOPE_ATTRIBUTES = { attributes: new Map<string, never>(), droppedAttributesCount: 0 };

function byScope(chunks: readonly SpanChunk[]): ReadonlyMap<Scope, readonly SpanChunk[]> {
  const groups = new Map<Scope, SpanChunk[]>();
  for (const chunk of chunks) {
    const members = groups.get(chunk.scope);
    if (members === undefined) groups.set(chunk.scope, [chunk]);
    else members.push(chunk);
  }
  return groups;
}

/** Neighbours that are small become one part: each part costs a write of its own. */
function joinSmall(parts: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const flush = (): void => {
    if (small.length > 0)
      joined.push(small.length === 1 ? (small[0] ?? NONE) : Buffer.concat(small));
    small = [];
  };
  for (const part of parts) {
    if (part.length <= SMALL_BYTES) small.push(part);
    else {
      flush();
      joined.push(part);
    }
  }
  flush();
  return joined;
}

const SMALL_BYTES = 4096;
const NONE = new Uint8Array();

function written(write: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter();
  write(writer);
  return writer.finish();
}

/** The tag of a length-delimited field, and a length. */
function lengthPrefix(field: number, length: number): Uint8Array {
  const bytes = [field * 8 + 2];
  let rest = length;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
