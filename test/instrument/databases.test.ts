/*
 * Drivers of databases as applications use them: whose query is whose when several share a pool,
 * what is said of each, and nothing of what it was asked about.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { NO_MARIADB, startTestMariadb } from "@spoor/waits/test-servers";
import { below, MODULE_KINDS, runLibrary, spanBelow } from "./libraries.ts";
import { startMongoServer } from "./mongo-server.ts";
import { startRedis } from "../../examples/checkout-504/stage/redis.ts";
import { Stage } from "../../examples/checkout-504/stage/stage.ts";

// Takes seconds, in which those who need it not are run.
const mariadb = NO_MARIADB === false ? startTestMariadb() : undefined;
const stage = new Stage();
let redisUrl: string | undefined;
before(async () => {
  redisUrl = await startRedis(stage);
});
after(async () => {
  await (await mariadb)?.[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

async function mysqlEnv(): Promise<{ readonly DATABASE_URL: string }> {
  return { DATABASE_URL: `mysql://app@127.0.0.1:${(await mariadb)?.port}/shop` };
}

for (const kind of MODULE_KINDS) {
  test(`redis in ${kind}: commands belong to who gave them, and say keys but no values`, async (context) => {
    if (redisUrl === undefined) return context.skip("Redis is not installed");
    const app = await runLibrary("redis", kind, { env: { REDIS_URL: redisUrl } });
    assert.deepEqual(below(app, "a"), ["client redis-SET"]);
    assert.deepEqual(below(app, "b"), ["client redis-GET", "client redis-GET"]);
    assert.deepEqual(below(app, "c"), ["client redis-SET", "client redis-GET"]);
    const { attributes } = spanBelow(app, "a", "redis-SET");
    assert.equal(attributes["db.query.text"], "SET a [1 other arguments]");
    const roots = app.spans.filter(({ parentSpanId }) => parentSpanId === "");
    const names = roots.map(({ name }) => name).toSorted();
    assert.deepEqual(names, ["a", "b", "c", "redis-connect"]);
  });

  test(`mongodb in ${kind}: a command belongs to who gave it, and so does its wait`, async () => {
    await using server = await startMongoServer();
    const app = await runLibrary("mongodb", kind, { env: { MONGO_URL: server.url } });
    assert.deepEqual(below(app, "first"), ["client insert users"]);
    assert.deepEqual(below(app, "a"), ["client find users"]);
    assert.deepEqual(below(app, "b"), ["client mongodb-pool.wait", "client insert users"]);
    assert.deepEqual(below(app, "c"), ["client mongodb-pool.wait", "client find users"]);
    assert.equal(spanBelow(app, "fails", "nonsense $cmd").statusCode, 2);
    const { attributes } = spanBelow(app, "a", "find users");
    assert.equal(attributes["db.query.text"], '{"find":"?","filter":{"name":"?"}}');
    assert.equal(attributes["db.response.returned_rows"], 3);
    assert.equal(typeof attributes["network.local.port"], "number");
    assert.ok(!JSON.stringify(app.spans).includes("secret"));
  });
}

for (const kind of MODULE_KINDS) {
  test(
    `mysql2 in ${kind}: a query belongs to who asked for it, and so does its wait`,
    {
      skip: NO_MARIADB,
    },
    async () => {
      const app = await runLibrary("mysql2", kind, { env: await mysqlEnv() });
      assert.deepEqual(below(app, "first"), ["client mysql2-pool.connect", "client SELECT"]);
      assert.deepEqual(below(app, "a"), ["client SELECT"]);
      for (const name of ["b", "c"]) {
        assert.deepEqual(below(app, name), ["client mysql2-pool.wait", "client SELECT"], name);
      }
      assert.deepEqual(below(app, "calls back"), ["client SELECT", "internal inside"]);
      assert.deepEqual(below(app, "streams").toSorted(), ["client SELECT", "internal inside"]);
      assert.equal(spanBelow(app, "fails", "SELECT").statusCode, 2);
      assert.ok(!JSON.stringify(app.spans).includes("secret"));

      const { attributes } = spanBelow(app, "b", "SELECT");
      const text = "SELECT sku FROM inventory WHERE quantity > ? LIMIT ?";
      assert.equal(attributes["db.query.text"], text);
      assert.equal(attributes["db.response.returned_rows"], 3);
      assert.equal(typeof attributes["network.local.port"], "number");
      assert.equal(typeof attributes["spoor.db.backend_pid"], "number");
      const wait = spanBelow(app, "c", "mysql2-pool.wait").attributes;
      assert.deepEqual(wait, {
        "db.system.name": "mysql",
        "spoor.pool.used": 1,
        "spoor.pool.waiting": 1,
        "spoor.pool.max": 1,
      });
    },
  );

  test(
    `mysql2 with promises in ${kind}: who waits for a held connection is not its holder's`,
    {
      skip: NO_MARIADB,
    },
    async () => {
      const app = await runLibrary("mysql2-promise", kind, { env: await mysqlEnv() });
      assert.deepEqual(below(app, "holder"), [
        "client START",
        "client SELECT",
        "client COMMIT",
        "internal waiter",
        "  client mysql2-pool.wait",
        "  client SELECT",
      ]);
      const held = app.spans.find(({ attributes }) =>
        String(attributes["db.query.text"]).endsWith("FOR UPDATE"),
      );
      const text = "SELECT quantity FROM inventory WHERE sku = ? FOR UPDATE";
      assert.equal(held?.attributes["db.query.text"], text);
    },
  );
}
