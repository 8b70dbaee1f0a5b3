import { ProtobufWriter, ScopeEnvelopeField, writeLogRecord } from "@spoor/otlp/wire";
import type { SenderEvent } from "../base/sender-event.ts";
import type { Scope, SpanChunk } from "../base/span-sink.ts";

/** One object for each name, because requests are put together by the identity of a scope. */
const scopes = new Map<string, Scope>();

/** Scopes of which the object is kept; an application has as many as it has loggers. */
const SCOPE_COUNT_MAX = 1_000;

/**
 * Log records as `ScopeLogs.log_records` entries. A request of logs has the shape of a request of
 * spans, field number for field number, so the same pipeline carries both.
 */
export function encodeLogChunks(events: readonly SenderEvent[]): SpanChunk[] {
  const writers = new Map<Scope, { writer: ProtobufWriter; count: number }>();
  for (const event of events) {
    const scope = scopeOf(event.scopeName);
    const entry = writers.get(scope) ?? { writer: new ProtobufWriter(), count: 0 };
    entry.writer.message(ScopeEnvelopeField.rows, () => {
      writeLogRecord(entry.writer, {
        ...event,
        observedTimeUnixNano: event.timeUnixNano,
        droppedAttributesCount: 0,
      });
    });
    entry.count += 1;
    writers.set(scope, entry);
  }
  return [...writers].map(([scope, { writer, count }]) => ({
    scope,
    spanCount: count,
    bytes: writer.finish(),
  }));
}

function scopeOf(name: string): Scope {
  const known = scopes.get(name);
  if (known !== undefined) return known;
  if (scopes.size >= SCOPE_COUNT_MAX) scopes.clear();
  const scope: Scope = { name, version: "", schemaUrl: "" };
  scopes.set(name, scope);
  return scope;
}
