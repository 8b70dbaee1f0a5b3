import assert from "node:assert/strict";
import { test } from "node:test";
import { redisStatement } from "./redis-statement.ts";

test("a command to Redis is recorded with its keys and without its values", () => {
  const cases: [string, unknown[], string][] = [
    ["get", ["user:7"], "get user:7"],
    ["SET", ["user:7", "secret", "EX", 60], "SET user:7 [3 other arguments]"],
    ["hset", ["user:7", "name", "secret"], "hset user:7 name [1 other arguments]"],
    ["mget", ["a", "b"], "mget a b"],
    ["lrem", ["list", "1", "secret"], "lrem list [2 other arguments]"],
    ["auth", ["secret"], "auth [1 other arguments]"],
    ["publish", ["news", Buffer.from("secret")], "publish news [1 other arguments]"],
    ["evalsha", ["4c3a", 2, "k1", "k2", "secret"], "evalsha 4c3a [4 other arguments]"],
    ["unheard.of", ["key", "secret"], "unheard.of [2 other arguments]"],
    ["ping", [], "ping"],
  ];
  for (const [name, args, expected] of cases) {
    assert.equal(redisStatement(name, args), expected);
  }
});
