/* Prisma with its own instrumentation, over the driver that we trace. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startHttpReceiver } from "@spoor/sdk/test-receiver";
import { startPostgres } from "../../examples/checkout-504/stage/postgres.ts";
import { Stage } from "../../examples/checkout-504/stage/stage.ts";
import type { AppFolder } from "./app-folder.ts";
import { below, MODULE_KINDS, spanBelow } from "./libraries.ts";
import { generatePrisma, NO_PRISMA } from "./prisma-folder.ts";
import { type App, startApp } from "./run-apps.ts";

const stage = new Stage();
let env: Readonly<Record<string, string>> = {};
let folder: AppFolder | undefined;
before(async () => {
  if (NO_PRISMA !== false) return;
  const [postgres, generated] = await Promise.all([startPostgres(stage), generatePrisma()]);
  env = { DATABASE_URL: postgres.url };
  folder = generated;
});
after(async () => {
  folder?.[Symbol.dispose]();
  await stage[Symbol.asyncDispose]();
});

/** What is below a request; who came first decides which of them wait for the connection. */
function asked(app: App, path: string): string[] {
  const [client, server, ...lines] = below(app, `asks ${path}`);
  assert.deepEqual([client, server], ["client GET", "  server GET"]);
  return lines.filter((line) => !line.endsWith("pg-pool.wait")).map((line) => line.slice(4));
}

/** The spans of a request that failed, with the types of their errors. */
function failed(app: App, path: string): string[] {
  const { traceId } = app.spans.find(({ name }) => name === `asks ${path}`) ?? assert.fail();
  return app.spans
    .filter((span) => span.traceId === traceId && span.statusCode === 2)
    .map(({ name, attributes, eventNames }) => {
      assert.deepEqual(eventNames, ["exception"]);
      return `${name} ${String(attributes["error.type"])}`;
    });
}

const FILES = { "ES modules": "prisma.mjs", CommonJS: "prisma.cjs" } as const;

for (const kind of MODULE_KINDS) {
  test(
    `prisma in ${kind}: a request holds its operations and their queries, whoever shares the pool`,
    { skip: NO_PRISMA },
    async () => {
      await using app = startApp(folder?.url(FILES[kind]) ?? "", { env });
      await app.ended();
      assert.equal(app.errorOutput, "");
      assert.deepEqual(below(app, "first"), [
        "client GET",
        "  server GET",
        "    internal prisma:client:operation",
        "      internal prisma:client:connect",
        "      internal prisma:client:compile",
        "      client prisma:client:db_query",
        "        client pg-pool.connect",
        "        client pg.query:SELECT shop",
      ]);
      const query = ["internal prisma:client:operation", "  client prisma:client:db_query"];
      assert.deepEqual(asked(app, "/find"), [...query, "    client pg.query:SELECT shop"]);
      assert.deepEqual(asked(app, "/raw"), [...query, "    client pg.query:SELECT shop"]);
      assert.deepEqual(asked(app, "/change"), [
        "internal prisma:client:transaction",
        "  internal prisma:client:start_transaction",
        "    client pg.query:BEGIN shop",
        "  internal inside",
        "  internal prisma:client:operation",
        "    internal prisma:client:compile",
        "    client prisma:client:db_query",
        "      client pg.query:UPDATE shop",
        "  internal prisma:client:commit_transaction",
        "    client prisma:client:db_query",
        "      client pg.query:COMMIT shop",
      ]);
      assert.deepEqual(failed(app, "/twice"), [
        "pg.query:INSERT shop 23505",
        "prisma:client:db_query P2002",
        "prisma:client:operation P2002",
      ]);
      assert.deepEqual(failed(app, "/none"), ["prisma:client:operation P2025"]);

      const { attributes } = spanBelow(app, "asks /raw", "prisma:client:db_query");
      assert.equal(attributes["db.query.text"], "SELECT ? AS word");
      assert.ok(!JSON.stringify(app.spans).includes("secret"));
      assert.deepEqual(app.findings, []);
      const ids = new Set(app.spans.map(({ spanId }) => spanId));
      assert.ok(app.spans.every(({ parentSpanId: id }) => id === "" || ids.has(id)));
    },
  );

  test(`prisma in ${kind}: --import @spoor/sdk/auto is enough`, { skip: NO_PRISMA }, async () => {
    const receiver = await startHttpReceiver();
    try {
      await using app = startApp(folder?.url(FILES[kind]) ?? "", {
        isAuto: true,
        env: {
          ...env,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.endpoint.port}`,
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        },
      });
      await app.ended();
      assert.match(app.errorOutput, /^spoor: app .* hooks: http fetch prisma\n$/u);
      const spans = receiver.spans();
      const parentOf = (name: string): (string | undefined)[] =>
        spans
          .filter((span) => span.name === name)
          .map(({ parentSpanId: id }) => spans.find(({ spanId }) => spanId === id)?.name);
      assert.deepEqual(parentOf("pg.query:UPDATE shop"), ["prisma:client:db_query"]);
      assert.deepEqual(parentOf("prisma:client:transaction"), ["GET"]);
    } finally {
      await receiver.close();
    }
  });
}

test(
  "prisma that is part of the application's own code is traced because package.json names it",
  {
    skip: NO_PRISMA,
  },
  async () => {
    folder?.write("alone.cjs", 'process.send({ answer: "PRISMA_INSTRUMENTATION" in globalThis });');
    await using app = startApp(folder?.url("alone.cjs") ?? "");
    const isFilled = await app.until(() => app.messages.find(({ answer }) => answer !== undefined));
    assert.equal(isFilled.answer, true);
  },
);
