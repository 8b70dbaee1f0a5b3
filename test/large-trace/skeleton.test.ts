/*
 * A trace that no page could take whole: its shape comes in frames, its spans by id.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { encodeTracesProtobuf } from "@spoor/otlp";
import {
  type ArrivingSkeleton,
  fromTraceDocument,
  type Span,
  SKELETON_MEDIA_TYPE,
  SkeletonReader,
  skeletonShape,
  skeletonSpanId,
  type SpansAnswer,
} from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const SPAN_COUNT = 20_000;
const CHILDREN = 4;

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
});
after(() => spoor.stop());

/** A tree in which each span has four children, in the order in which they are read. */
function largeTrace(traceId: string): Span[] {
  const spanIds = Array.from({ length: SPAN_COUNT }, () => randomBytes(8).toString("hex"));
  return spanIds.map((spanId, index) =>
    exampleSpan({
      traceId,
      spanId,
      name: `step ${index % 700}`,
      parentSpanId: index === 0 ? "" : (spanIds[Math.floor((index - 1) / CHILDREN)] ?? ""),
      startTimeUnixNano: 1_780_000_000_000_000_000n + BigInt(index * 1000),
      endTimeUnixNano: 1_780_000_000_000_500_000n + BigInt(index * 1000),
      attributes: new Map([["index", BigInt(index)]]),
    }),
  );
}

function arrived(reader: SkeletonReader): ArrivingSkeleton {
  assert.ok(reader.skeleton, "the head has arrived");
  return reader.skeleton;
}

test("a large trace comes as a skeleton in frames, and its spans by their ids", async () => {
  const traceId = randomBytes(16).toString("hex");
  const spans = largeTrace(traceId);
  const sent = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: Buffer.from(encodeTracesProtobuf(spans)),
  });
  assert.equal(sent.status, 200);

  const response = await fetch(`${spoor.url}/api/v1/traces/${traceId}/skeleton`);
  assert.equal(response.headers.get("content-type"), SKELETON_MEDIA_TYPE);
  const reader = new SkeletonReader();
  assert.ok(response.body);
  for await (const piece of response.body) reader.push(piece);
  const skeleton = arrived(reader);
  assert.equal(skeleton.arrivedCount, SPAN_COUNT);
  assert.partialDeepStrictEqual(reader.end, { complete: true, capped: null });
  const bySpanId = new Map(spans.map((span) => [span.spanId, span]));
  const { depth } = skeletonShape(skeleton);
  for (let row = 0; row < SPAN_COUNT; row += 1) {
    const span = bySpanId.get(skeletonSpanId(skeleton, row));
    const parentRow = skeleton.parentRow[row] ?? -1;
    const parentId = parentRow === -1 ? "" : skeletonSpanId(skeleton, parentRow);
    assert.equal(parentId, span?.parentSpanId);
    assert.equal(skeleton.names[skeleton.name[row] ?? -1], span?.name);
  }
  // 4^0 + … + 4^6 is less than 20,000, and one level more is not.
  assert.equal(Math.max(...depth), 7);

  const wanted = [spans[17_001], spans[3]].flatMap((span) => span?.spanId ?? []);
  const answered = await fetch(`${spoor.url}/api/v1/traces/${traceId}/spans`, {
    method: "POST",
    body: JSON.stringify({ spanIds: wanted }),
  });
  // The server's own words, read by the shape that it writes.
  const answer = (await answered.json()) as SpansAnswer;
  assert.deepEqual(fromTraceDocument(answer.trace).spans, [spans[3], spans[17_001]]);
});

test("a request for spans that names none, too many or something else says so", async () => {
  const url = `${spoor.url}/api/v1/traces/${"ab".repeat(16)}/spans`;
  const many = Array.from({ length: 1001 }, (_, index) => index.toString(16).padStart(16, "0"));
  for (const body of ["", "[]", '{"spanIds":[]}', '{"spanIds":["xyz"]}', JSON.stringify(many)]) {
    const response = await fetch(url, { method: "POST", body });
    assert.equal(response.status, 400, body.slice(0, 40));
    assert.match(await response.text(), /SPOOR_API_PARAMETER_INVALID.*spanIds/u);
  }
  const unknown = await fetch(`${spoor.url}/api/v1/traces/${"ab".repeat(16)}/skeleton`);
  assert.equal(unknown.status, 404);
});
