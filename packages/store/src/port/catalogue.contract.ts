/** What every store knows about its spans as a whole. The times lie years apart from all others. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Attributes, type Span, systemClock } from "@spoor/trace";

import type { CatalogueQuery } from "./catalogue.ts";
import type { LooseSpan } from "./span-arbitraries.contract.ts";
import type { TraceStore } from "./trace-store.ts";

/** What these tests need of the bench. */
export interface CatalogueBench {
  readonly store: TraceStore;
  newTraceId(): string;
  span(traceId: string, fields?: Partial<LooseSpan>): Span;
  write(spans: readonly Span[]): Promise<void>;
}

const HOUR = 3_600_000_000_000n;
/** An hour that no other test uses, not so long ago that it would not be believed. */
const BASE = (systemClock.nowUnixNano() / HOUR - 2_000n) * HOUR;

function hours(first: bigint, count: bigint, limit: number = 100): CatalogueQuery {
  return {
    fromUnixNano: BASE + first * HOUR + 5n,
    toUnixNano: BASE + (first + count) * HOUR - 5n,
    limit,
  };
}

function resource(service: string, more: Attributes = new Map()): Span["resource"] {
  return {
    attributes: new Map([["service.name", service], ...more]),
    droppedAttributesCount: 0,
    schemaUrl: "",
    entityRefs: [],
  };
}

/** Contract tests of the catalogue. */
export function testCatalogue(bench: CatalogueBench): void {
  testServices(bench);
  testKeys(bench);
  testValues(bench);
}

function testServices(bench: CatalogueBench): void {
  test("lists services and span names with counts, kinds and the last start", async () => {
    const traceId = bench.newTraceId();
    const cart = { resource: resource("cart") };
    const at = (nano: bigint, fields: Partial<LooseSpan>): Span =>
      bench.span(traceId, { startTimeUnixNano: BASE + nano, ...cart, ...fields });
    const failed = { status: { code: 2, message: "" } } as const;
    await bench.write([at(1n, { name: "get", kind: 2 }), at(9n, { name: "get", kind: 3 })]);
    await bench.write([
      at(4n, { name: "get", kind: 3, ...failed }),
      at(HOUR, { name: "put", resource: resource("stock") }),
    ]);
    const cartEntry = { service: "cart", spanCount: 3, errorCount: 1 };
    assert.deepEqual(await bench.store.listServices(hours(0n, 1n)), {
      items: [{ ...cartEntry, lastStartTimeUnixNano: BASE + 9n }],
      capped: false,
    });
    const both = await bench.store.listServices(hours(0n, 2n));
    assert.deepEqual(
      both.items.map(({ service }) => service),
      ["cart", "stock"],
    );
    const cut = await bench.store.listServices(hours(0n, 2n, 1));
    assert.deepEqual([cut.items.length, cut.capped], [1, true]);
    const names = await bench.store.listSpanNames({ ...hours(0n, 2n), service: "cart" });
    const name = { ...cartEntry, name: "get", kinds: [2, 3], lastStartTimeUnixNano: BASE + 9n };
    assert.deepEqual(names, { items: [name], capped: false });
    const withPrefix = await bench.store.listSpanNames({ ...hours(0n, 2n), prefix: "p" });
    assert.deepEqual(
      withPrefix.items.map((item) => [item.service, item.name]),
      [["stock", "put"]],
    );
  });
}

function testKeys(bench: CatalogueBench): void {
  test("lists attribute keys of all scopes with types and counts", async () => {
    const traceId = bench.newTraceId();
    const [none, droppedAttributesCount] = [new Map<string, string>(), 0];
    const startTimeUnixNano = BASE + 10n * HOUR;
    const event = { timeUnixNano: startTimeUnixNano, name: "e", droppedAttributesCount };
    const link = { traceId, spanId: "1".repeat(16), traceState: "", flags: 0 };
    const more = {
      startTimeUnixNano,
      resource: resource("keys", new Map([["host.name", "h"]])),
      scope: { name: "s", version: "", attributes: new Map([["lib", true]]), schemaUrl: "" },
    };
    const scope = { ...more.scope, droppedAttributesCount };
    await bench.write([
      bench.span(traceId, {
        ...more,
        scope,
        attributes: new Map<string, string | bigint>([
          ["retry", 1n],
          ["user", "u"],
        ]),
        events: [
          { ...event, attributes: new Map([["user", "x"]]) },
          { ...event, attributes: new Map([["user", "y"]]) },
        ],
        links: [{ ...link, attributes: new Map([["why", 0.5]]), droppedAttributesCount }],
      }),
      bench.span(traceId, { ...more, scope, attributes: new Map([["retry", "never"]]) }),
      bench.span(traceId, { ...more, scope, attributes: none }),
      bench.span(traceId, { ...more, scope, attributes: new Map([["list", ["a"]]]) }),
    ]);
    const listed = await bench.store.listAttributeKeys(hours(10n, 1n));
    assert.deepEqual(
      listed.items.map(({ scope: of, key, types, count }) => [of, key, types.join(), count]),
      [
        ["resource", "host.name", "string", 4],
        ["scope", "lib", "bool", 4],
        ["resource", "service.name", "string", 4],
        ["span", "retry", "int,string", 2],
        ["event", "user", "string", 2],
        ["span", "list", "other", 1],
        ["span", "user", "string", 1],
        ["link", "why", "double", 1],
      ],
    );
    assert.deepEqual(
      listed.items.filter(({ isHighCardinality }) => isHighCardinality).map(({ key }) => key),
      ["list"],
    );
    const users = await bench.store.listAttributeKeys({
      ...hours(10n, 1n),
      scope: "event",
      prefix: "us",
    });
    assert.deepEqual(
      users.items.map(({ key }) => key),
      ["user"],
    );
    assert.deepEqual((await bench.store.listAttributeKeys(hours(11n, 1n))).items, []);
  });
}

function testValues(bench: CatalogueBench): void {
  test("lists the values of an attribute, whatever their type, by frequency", async () => {
    const values = ["eu", "eu", "us", "\u0001odd", 5n, -(2n ** 63n), 0.5, true, "5"];
    const startTimeUnixNano = BASE + 20n * HOUR;
    const traceId = bench.newTraceId();
    for (const part of [values.slice(0, 4), values.slice(4)]) {
      await bench.write(
        part.map((value) =>
          bench.span(traceId, { startTimeUnixNano, attributes: new Map([["region", value]]) }),
        ),
      );
    }
    const query = { ...hours(20n, 1n), scope: "span", key: "region" } as const;
    const listed = await bench.store.listAttributeValues(query);
    assert.equal(listed.capped, false);
    assert.deepEqual(listed.items[0], { value: "eu", count: 2 });
    assert.deepEqual(new Set(listed.items.map(({ value }) => value)), new Set(values));
    const fives = await bench.store.listAttributeValues({ ...query, prefix: "5" });
    assert.deepEqual(new Set(fives.items.map(({ value }) => value)), new Set([5n, "5"]));
    const cut = await bench.store.listAttributeValues({ ...query, limit: 3 });
    assert.deepEqual([cut.items.length, cut.capped], [3, true]);
    const other = await bench.store.listAttributeValues({ ...query, key: "nothing" });
    assert.deepEqual(other, { items: [], capped: false });
  });

  test("says that values which are too long to list are missing", async () => {
    const startTimeUnixNano = BASE + 30n * HOUR;
    const attributes = new Map([["text", "x".repeat(10_000)]]);
    await bench.write([bench.span(bench.newTraceId(), { startTimeUnixNano, attributes })]);
    const query = { ...hours(30n, 1n), scope: "span", key: "text" } as const;
    const listed = await bench.store.listAttributeValues(query);
    assert.deepEqual(listed, { items: [], capped: true });
  });
}
