/* Web frameworks: the span of a request has its route, and what its handler does is below it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { below, MODULE_KINDS, runLibrary, spanBelow } from "./libraries.ts";

/** What the package of a framework adds between the request and what the handler does. */
const OWN_SPANS = {
  hono: [],
  koa: ["internal router - /users/:id"],
  nestjs: ["internal UserController.find", "internal find"],
};

for (const kind of MODULE_KINDS) {
  for (const [name, own] of Object.entries(OWN_SPANS)) {
    test(`${name} in ${kind}: the request has its route and holds what its handler does`, async () => {
      const app = await runLibrary(name, kind);
      const lines = ["client GET", "server GET /users/:id", ...own, "internal inside"];
      const tree = lines.map((line, depth) => `${"  ".repeat(depth)}${line}`);
      assert.deepEqual(below(app, "outside"), tree);
    });
  }

  test(`koa in ${kind}: a route that throws has failed, one that refuses has not`, async () => {
    const app = await runLibrary("koa", kind);
    const failed = spanBelow(app, "fails", "router - /users/:id/card");
    assert.equal(failed.statusCode, 2);
    assert.deepEqual(failed.eventNames, ["exception"]);
    const refused = spanBelow(app, "refused", "router - /users/:id/friends");
    assert.equal(refused.statusCode, 0);
  });

  test(`hono in ${kind}: a request that no route answers has none`, async () => {
    const app = await runLibrary("hono", kind);
    assert.deepEqual(below(app, "nowhere"), ["client GET", "  server GET"]);
  });
}
