import assert from "node:assert/strict";
import { test } from "node:test";
import { keys } from "./keys.ts";
import { serviceHue, SERVICE_HUE_COUNT } from "./service-hue.ts";
import { spanTitle } from "./title.ts";

function check(name: string, statement: string | undefined, expected: string): void {
  for (const key of [keys.dbQueryText, keys.dbStatement]) {
    const attributes = new Map(statement === undefined ? [] : [[key, statement]]);
    assert.equal(spanTitle({ name, attributes }), expected);
  }
}

test("a span that is no database call is called by its name", () => {
  check("GET /checkout", undefined, "GET /checkout");
});

test("the statement follows the name on one line", () => {
  check("postgres.Query", "SELECT *\n    FROM inventory", "postgres.Query SELECT * FROM inventory");
});

test("a statement that the name has already is not repeated", () => {
  check("postgres.Query SELECT 1", "SELECT 1", "postgres.Query SELECT 1");
});

test("a command that the name ends with is printed once", () => {
  check("redis.Get", "GET inventory:item_42", "redis.Get inventory:item_42");
  check("get", "get inventory:item_42", "get inventory:item_42");
  check("redis.Ping", "PING", "redis.Ping");
  check("redis.Forget", "GET a", "redis.Forget GET a");
});

test("an empty name or an empty statement leaves the other", () => {
  check("", "SELECT 1", "SELECT 1");
  check("query", "  ", "query");
});

test("a statement that is not text is left to the attributes", () => {
  assert.equal(spanTitle({ name: "q", attributes: new Map([[keys.dbQueryText, 5n]]) }), "q");
});

test("the colour of a service is stable and all colours are used", () => {
  assert.equal(serviceHue("checkout"), serviceHue("checkout"));
  const hues = Array.from({ length: 200 }, (_, index) => serviceHue(`service-${index}`));
  assert.deepEqual(
    [...new Set(hues)].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  assert.equal(SERVICE_HUE_COUNT, 8);
});

test("a name that its statement begins with is printed once", () => {
  check("UPDATE inventory", "UPDATE inventory SET held = 1", "UPDATE inventory SET held = 1");
  check("select", "SELECT 1", "SELECT 1");
});
