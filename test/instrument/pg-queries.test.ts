/* The spans of pg, made by us and by the official package: in every form that a query can have. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { SeenSpan } from "./messages.ts";
import { type App, startApp } from "./run-apps.ts";
import { startStores, type Stores } from "./stores.ts";

let stores: Stores;
before(async () => {
  stores = await startStores();
});
after(() => stores[Symbol.asyncDispose]());

const NATIVE_PG = process.env["SPOOR_TEST_NATIVE_PG"];
const NO_NATIVE_PG: string | false =
  NATIVE_PG === undefined &&
  "pg-native has to be compiled (SPOOR_TEST_NATIVE_PG names a folder that has it)";

interface RunOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly isNative?: boolean;
}

async function run({ settings = {}, isNative = false }: RunOptions = {}): Promise<App> {
  await using app = startApp("pg-queries.ts", {
    settings,
    env: {
      DATABASE_URL: stores.databaseUrl,
      ...(isNative && NATIVE_PG !== undefined ? { NATIVE_PG } : {}),
    },
  });
  return await app.ended();
}

/** The query below the span called `name`. */
function queryBelow({ spans }: App, name: string): SeenSpan {
  const work = spans.find((span) => span.name === name);
  const found = spans.filter(({ parentSpanId }) => parentSpanId === work?.spanId);
  assert.equal(found.length, 1, `${name}: ${JSON.stringify(spans)}`);
  return found[0] ?? assert.fail();
}

const ANSWERED = ["promise", "callback", "values", "forwarded", "object", "object with callback"];
const FAILED = ["failed", "failed callback", "failed submitted"];

for (const isNative of [false, true]) {
  const over = isNative ? "over libpq" : "of pg";
  const skip = isNative && NO_NATIVE_PG;
  test(
    `a query ${over} in every form has one span, and its answer arrives where it was asked for`,
    { skip },
    async () => {
      const app = await run({ isNative });
      const answer = app.messages.find((message) => message.answer !== undefined)?.answer;
      const arrived = [...ANSWERED, "submitted", "failed callback"];
      assert.deepEqual(answer, {
        arrivals: Object.fromEntries(arrived.map((name) => [name, true])),
        isUntouched: true,
        isThrown: true,
      });
      for (const name of ANSWERED) {
        const { attributes, statusCode, kind } = queryBelow(app, name);
        assert.equal(statusCode, 0, name);
        assert.equal(kind, 2);
        assert.equal(attributes["db.response.returned_rows"], 1, name);
        // libpq knows both, and its binding does not tell.
        const known = isNative ? "undefined" : "number";
        assert.equal(typeof attributes["spoor.db.backend_pid"], known, name);
        assert.equal(typeof attributes["network.local.port"], known, name);
      }
      assert.equal(queryBelow(app, "promise").name, "pg.query:SELECT shop");
      assert.equal(queryBelow(app, "object").name, "pg.query:by-number shop");
      assert.equal(queryBelow(app, "submitted").statusCode, 0);
      assert.deepEqual(app.findings, []);
    },
  );

  test(
    `a query ${over} that fails says so once, with the code and without its values`,
    { skip },
    async () => {
      const app = await run({ isNative });
      for (const name of FAILED) {
        const { attributes, statusCode, eventNames } = queryBelow(app, name);
        assert.equal(statusCode, 2, name);
        assert.deepEqual(eventNames, ["exception"], name);
        const code = name === "failed callback" ? "42703" : "22012";
        assert.equal(attributes["error.type"], code, name);
      }
      assert.ok(!JSON.stringify(app.spans).includes("secret"));
    },
  );
}

test("with the official package the spans are the same, and what we add is on them, too", async () => {
  const ours = await run();
  const theirs = await run({ settings: { official: ["pg"] } });
  // Theirs does not end where a wrapper passes the callback on with nothing behind it.
  const comparable = ANSWERED.filter((name) => name !== "forwarded");
  for (const name of [...comparable, "failed", "failed callback"]) {
    const own = queryBelow(ours, name);
    const official = queryBelow(theirs, name);
    assert.match(own.scope, /^@spoor\/sdk/u);
    assert.match(official.scope, /instrumentation-pg$/u);
    assert.equal(own.name, official.name);
    assert.equal(own.statusCode, official.statusCode);
    assert.deepEqual(own.eventNames, official.eventNames);
    const { "error.type": _code, ...attributes } = own.attributes;
    assert.deepEqual(
      Object.keys(attributes).toSorted(),
      Object.keys(official.attributes).toSorted(),
    );
    assert.equal(attributes["db.query.text"], official.attributes["db.query.text"]);
  }
});
