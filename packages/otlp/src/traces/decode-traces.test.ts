import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { LossLedger, type Span, SpanBatch, spansOf } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import * as fc from "fast-check";
import { bytesField, requestOf, spanOf } from "../values/build-body.fuzz.ts";
import { decodeTracesJson } from "./decode-json.ts";
import { decodeTracesProtobuf } from "./decode-protobuf.ts";
import { encodeTracesJson } from "./encode-json.ts";
import { encodeTracesProtobuf } from "./encode-protobuf.ts";
import { groupRecords } from "../values/group-records.ts";
import { encodeByProtobufjs, reencodeByProtobufjs } from "./protobufjs-messages.fuzz.ts";
import { ROW_SCHEMAS, shuffledFields } from "../values/shuffled-fields.fuzz.ts";

const RUNS = { numRuns: 200 };

const encoder = new TextEncoder();

/** The order in which OTLP carries spans: by resource and scope. */
function grouped(spans: readonly Span[]): Span[] {
  return [...groupRecords(spans).values()].flatMap((scopes) => [...scopes.values()].flat());
}

function jsonBody(spans: readonly Span[]): Uint8Array {
  return encoder.encode(JSON.stringify(encodeTracesJson(spans)));
}

/** Decodes `body` and expects `spans`, nothing lost. */
function check(
  decode: typeof decodeTracesProtobuf,
  body: Uint8Array,
  spans: readonly Span[],
): void {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  const result = decode(body, batch, ledger);
  // The caller may use the memory of the body for the next one.
  body.fill(0xee);
  const expected = { spanCount: spans.length, rejectedSpanCount: 0, problems: [] };
  assert.ok(result.malformed === undefined, JSON.stringify(result));
  const { shares, ...rest } = result;
  assert.deepStrictEqual(rest, expected);
  const sharedCount = shares.reduce((sum, { spanCount }) => sum + spanCount, 0);
  assert.strictEqual(sharedCount, spans.length);
  assert.deepStrictEqual(ledger.entries(), []);
  assert.deepStrictEqual(spansOf(batch), grouped(spans));
}

test("every field of every span survives OTLP/protobuf", () => {
  const property = fc.property(randomSpans, (spans) => {
    check(decodeTracesProtobuf, encodeTracesProtobuf(spans), spans);
  });
  fc.assert(property, RUNS);
});

test("every field of every span survives OTLP/JSON", () => {
  const property = fc.property(randomSpans, (spans) => {
    check(decodeTracesJson, jsonBody(spans), spans);
  });
  fc.assert(property, RUNS);
});

test("what protobufjs encodes is read as it was meant", () => {
  const property = fc.property(randomSpans, (spans) => {
    check(decodeTracesProtobuf, encodeByProtobufjs(spans), spans);
  });
  fc.assert(property, RUNS);
});

test("protobufjs reads what is encoded here as it was meant", () => {
  const property = fc.property(randomSpans, (spans) => {
    const body = reencodeByProtobufjs(encodeTracesProtobuf(spans));
    assert.deepStrictEqual(Buffer.from(body), Buffer.from(encodeByProtobufjs(spans)));
  });
  fc.assert(property, RUNS);
});

test("the order of fields on the wire does not matter", () => {
  const property = fc.property(randomSpans, fc.infiniteStream(fc.nat()), (spans, choices) => {
    const body = shuffledFields(encodeTracesProtobuf(spans), ROW_SCHEMAS.span, choices);
    check(decodeTracesProtobuf, body, spans);
  });
  fc.assert(property, RUNS);
});

test("requests that share a batch do not disturb one another", () => {
  const property = fc.property(fc.array(randomSpans, { maxLength: 5 }), (requests) => {
    const batch = new SpanBatch();
    const ledger = new LossLedger();
    for (const [index, spans] of requests.entries()) {
      const isJson = index % 2 === 1;
      const result = isJson
        ? decodeTracesJson(jsonBody(spans), batch, ledger)
        : decodeTracesProtobuf(encodeTracesProtobuf(spans), batch, ledger);
      assert.equal(result.malformed, undefined);
    }
    assert.deepStrictEqual(spansOf(batch), requests.flatMap(grouped));
  });
  fc.assert(property, { numRuns: 100 });
});

test("a resource is one row, however it is encoded and however often it is sent", () => {
  const [spans = []] = fc.sample(
    randomSpans.filter((some) => some.length === 6),
    { seed: 7, numRuns: 1 },
  );
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  for (let round = 0; round < 3; round += 1) {
    decodeTracesProtobuf(encodeTracesProtobuf(spans), batch, ledger);
    decodeTracesJson(jsonBody(spans), batch, ledger);
  }
  assert.equal(batch.spanCount, 36);
  assert.equal(batch.resources.length, new Set(spans.map((span) => span.resource)).size);
  assert.equal(batch.scopes.length, new Set(spans.map((span) => span.scope)).size);
});

test("a resource or scope without spans is not kept", () => {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  const scopeSpans = bytesField(2, bytesField(1, bytesField(1, "scope")));
  const body = bytesField(1, bytesField(1, bytesField(1, bytesField(1, "key"))), scopeSpans);
  const document = `{"resourceSpans":[{"resource":{"droppedAttributesCount":1},
    "scopeSpans":[{"scope":{"name":"scope"}}]}]}`;
  assert.equal(decodeTracesProtobuf(body, batch, ledger).malformed, undefined);
  assert.equal(decodeTracesJson(encoder.encode(document), batch, ledger).malformed, undefined);
  assert.deepEqual([batch.resources, batch.scopes], [[], []]);
});

/** A span without a field at its default. */
function fullSpan(): Span {
  const ids = { traceId: "aa".repeat(16), spanId: "bb".repeat(8), traceState: "state" };
  const rest = { attributes: new Map([["key", "value"]]), droppedAttributesCount: 1 };
  const link = { ...ids, ...rest, flags: 2 };
  return {
    ...ids,
    ...rest,
    parentSpanId: "cc".repeat(8),
    flags: 3,
    name: "name",
    kind: 4,
    startTimeUnixNano: 5n,
    endTimeUnixNano: 6n,
    status: { code: 2, message: "message" },
    events: [{ ...rest, timeUnixNano: 7n, name: "event" }],
    droppedEventsCount: 8,
    links: [link, link],
    droppedLinksCount: 9,
    resource: { ...rest, schemaUrl: "url", entityRefs: [] },
    scope: { ...rest, schemaUrl: "url", name: "scope", version: "1" },
  };
}

/** Decodes {@link fullSpan}, takes it back, and decodes the one span of `body` over it. */
function decodeOverOldRows(decode: typeof decodeTracesProtobuf, body: Uint8Array): Span[] {
  const batch = new SpanBatch();
  const mark = batch.mark();
  decodeTracesProtobuf(encodeTracesProtobuf([fullSpan()]), batch, new LossLedger());
  assert.deepEqual(spansOf(batch), [fullSpan()]);
  batch.rollback(mark);
  decode(body, batch, new LossLedger());
  return spansOf(batch);
}

test("nothing of an earlier row shines through a span that sets nothing", () => {
  const ids = { traceId: "01".repeat(16), spanId: "02".repeat(8) };
  const body = requestOf(spanOf(bytesField(11), bytesField(13), bytesField(13)));
  const [fromProtobuf] = decodeOverOldRows(decodeTracesProtobuf, body);
  // Hex up to the last digit, so that a part is written before the rest turns out not to be.
  const links = [{}, { traceId: `${"01".repeat(15)}zz`, spanId: `${"01".repeat(7)}0z` }];
  const document = {
    resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, events: [{}], links }] }] }],
  };
  const json = encoder.encode(JSON.stringify(document));
  const [fromJson] = decodeOverOldRows(decodeTracesJson, json);
  const fresh = new SpanBatch();
  decodeTracesProtobuf(body, fresh, new LossLedger());
  assert.deepEqual(fromProtobuf, spansOf(fresh)[0]);
  assert.deepEqual(
    { ...fromJson, traceId: "", spanId: "" },
    {
      ...fromProtobuf,
      traceId: "",
      spanId: "",
    },
  );
  assert.equal(fromProtobuf?.flags, 0);
  assert.equal(fromProtobuf?.parentSpanId, "");
  assert.deepEqual(fromProtobuf?.status, { code: 0, message: "" });
  assert.equal(fromProtobuf?.links[1]?.spanId, "0000000000000000");
});
