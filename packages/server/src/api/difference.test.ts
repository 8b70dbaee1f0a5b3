import assert from "node:assert/strict";
import { test } from "node:test";
import { type SpanLiteral, testApi } from "./api-literal.ts";

/** Fields of the answer, the first that ranks first. */
async function fields(given: readonly SpanLiteral[]): Promise<string[]> {
  const api = await testApi(given);
  const box = { durationMinNano: 1_000_000_000 };
  const { body } = await api.post("/difference", JSON.stringify({ selection: { q: "", box } }));
  return body.keys.map(({ field }: { field: string }) => field);
}

/** 40 spans, of which those of one service are slow, each with an id of its own. */
function spans(placeOf: (number: number) => Partial<SpanLiteral>): SpanLiteral[] {
  return Array.from({ length: 40 }, (_, number) => {
    const id = `${Math.floor(number / 15) + 1}${((number % 15) + 1).toString(16)}`;
    const attributes = { "order.id": `order-${number}` };
    return { id, name: "work", attributes, ...placeOf(number) };
  });
}

test("what names a process does not rank before its service", async () => {
  const found = await fields(
    spans((number) => ({
      service: number % 2 === 0 ? "inventory" : "cart",
      durationMs: number % 2 === 0 ? 2_000 : 5,
      resource: {
        "process.pid": number % 2 === 0 ? 71n : 72n,
        "host.name": number % 2 === 0 ? "b-1" : "a-1",
        "service.instance.id": number % 2 === 0 ? "i" : "c",
      },
    })),
  );
  assert.deepEqual(found.slice(0, 4), [
    "resource.service.name",
    "resource.host.name",
    "resource.service.instance.id",
    "resource.process.pid",
  ]);
});

test("an id that only the selection has does not rank before what sets it apart", async () => {
  const found = await fields(
    spans((number) => ({
      durationMs: number % 2 === 0 ? 2_000 : 5,
      attributes:
        number % 2 === 0
          ? { "cart.id": `cart-${number}`, "cart.size": number % 10 === 0 ? "small" : "large" }
          : { "cart.size": "small" },
    })),
  );
  assert.deepEqual(found, ["span.cart.size", "span.cart.id"]);
});

test("where one instance is slow and nothing else differs, the instance comes first", async () => {
  const found = await fields(
    spans((number) => ({
      durationMs: number % 4 === 0 ? 2_000 : 5,
      resource: {
        "process.pid": number % 4 === 0 ? 71n : 72n,
        "service.instance.id": number % 4 === 0 ? "bad" : `good-${number % 3}`,
      },
    })),
  );
  assert.deepEqual(found.slice(0, 2), ["resource.service.instance.id", "resource.process.pid"]);
});
