/* What an application gets that installs the SDK: the built files, loaded without our sources. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startGrpcReceiver, startHttpReceiver } from "@spoor/sdk/test-receiver";
import { until } from "@spoor/waits/test-servers";
import { runTraced, startTraced } from "./traced-process.ts";
import { startMongoServer } from "../instrument/mongo-server.ts";
import { AppFolder } from "../instrument/app-folder.ts";
import { startLines } from "./named-libraries.ts";
import { NO_OLD_NODE, OLD_NODE, runOnOlderNode } from "./older-node.ts";

const run = promisify(execFile);
const BUILD = fileURLToPath(new URL("../../tools/build-sdk.ts", import.meta.url));

before(async () => {
  await run(process.execPath, [BUILD]);
});

test("the built SDK traces ES modules and CommonJS and sends over both protocols", async (context) => {
  for (const receiver of [await startGrpcReceiver(), await startHttpReceiver()]) {
    context.after(() => receiver.close());
    const { port, protocol } = receiver.endpoint;
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    };
    const modules = await runTraced({ story: "burst", environment, isBuilt: true });
    assert.equal(modules.exitCode, 0, modules.stderr);
    assert.match(modules.stderr, /^spoor: application → 127\.0\.0\.1:\d+ .*hooks: http/mu);
    assert.equal(receiver.spans().length, 5000);
    const version = receiver.spans()[0]?.resource.attributes.get("telemetry.sdk.version");
    assert.ok(typeof version === "string");
    assert.match(version, /^\d+\.\d+\.\d+/u);
    const common = await runTraced({ program: "application.cjs", environment, isBuilt: true });
    assert.equal(common.exitCode, 0, common.stderr);
    assert.equal(receiver.spans().length, 5001);
  }
});

test("the built SDK tells what blocks the event loop while it is blocked", async (context) => {
  for (const receiver of [await startGrpcReceiver(), await startHttpReceiver()]) {
    context.after(() => receiver.close());
    const { port, protocol } = receiver.endpoint;
    const { child, ended } = startTraced({
      story: "blocked",
      isBuilt: true,
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_COMPRESSION: "none",
        SPOOR_OPEN_SPANS: "true",
        // As it is usually given; the thread that watches must not trace itself.
        NODE_OPTIONS: "--import @spoor/sdk/auto",
      },
    });
    context.after(() => child.kill("SIGKILL"));
    const isTold = (): boolean =>
      receiver.requests.some(({ body }) => Buffer.from(body).includes("blockForEver (file:"));
    await until("the blocking code to be named", isTold, 60_000);
    child.kill("SIGKILL");
    await ended;
    assert.equal(receiver.spans().length, 0);
  }
});

test("defect 17, start-up: loading the built SDK loads neither what compresses nor what speaks HTTP/2", async () => {
  const { stdout } = await run(process.execPath, [
    "--input-type=module",
    "--eval",
    'await import("@spoor/sdk"); console.log(process.moduleLoadList.join("\\n"))',
  ]);
  const loaded = stdout.split("\n");
  assert.ok(loaded.includes("NativeModule async_hooks"));
  for (const name of ["zlib", "http2", "https", "child_process"]) {
    assert.ok(!loaded.includes(`NativeModule ${name}`), name);
  }
});

for (const file of ["library.mjs", "library.cjs"]) {
  test(
    `Node 20: ${file} is traced by what its package.json names`,
    {
      skip: NO_OLD_NODE,
    },
    async () => {
      await using mongo = await startMongoServer();
      using folder = new AppFolder({ dependencies: ["@grpc/grpc-js", "hono", "koa", "mongodb"] });
      const use = async (library: string, env = {}): Promise<readonly string[]> => {
        const { lines, stderr } = await runOnOlderNode(folder, file, library, env);
        assert.match(stderr, /^spoor: application → .*hooks: http fetch /mu);
        return lines;
      };
      const request = ["internal outside", "  client GET", "    server GET /users/:id"];
      assert.deepEqual(from(await use("koa"), "outside", 3), request);
      assert.deepEqual(from(await use("hono"), "outside", 3), request);
      assert.deepEqual(from(await use("grpc"), "unary", 4), [
        "internal unary",
        "  client grpc.shop.Stock/Get",
        "    server grpc.shop.Stock/Get",
        "      internal inside",
      ]);
      assert.deepEqual(from(await use("mongodb", { MONGO_URL: mongo.url }), "b", 3).toSorted(), [
        "  client insert users",
        "  client mongodb-pool.wait",
        "internal b",
      ]);
    },
  );
}

/** A request that makes another one, both with node:http. */
const REQUESTS = `
  import { createServer, get } from "node:http";
  const ask = (path, ended) =>
    get("http://127.0.0.1:" + server.address().port + path, (answer) => {
      answer.resume().on("end", ended);
    });
  const server = createServer((request, response) => {
    if (request.url === "/inner") response.end();
    else ask("/inner", () => response.end());
  });
  server.listen(0, "127.0.0.1", () => ask("/outer", () => server.close()));
`;

test(
  "Node 20: outgoing requests of node:http are traced by the package that the finding names",
  { skip: NO_OLD_NODE },
  async () => {
    using folder = new AppFolder({ dependencies: [] });
    folder.write("requests.mjs", REQUESTS);
    const untraced = await runOnOlderNode(folder, "requests.mjs", "");
    assert.match(untraced.stderr, /SPOOR_OFFICIAL_INSTRUMENTATIONS=http traces them/u);
    assert.deepEqual(untraced.lines, ["server GET", "server GET"]);
    const { lines, stderr } = await runOnOlderNode(folder, "requests.mjs", "", {
      SPOOR_OFFICIAL_INSTRUMENTATIONS: "http",
    });
    assert.deepEqual(lines, ["client GET", "  server GET", "    client GET", "      server GET"]);
    assert.ok(!stderr.includes("have no spans"), stderr);
  },
);

/** Ends when the clients of pg are hooked. */
const LOADS_UNNAMED = `
  require("koa");
  const { prototype } = require("pg").Client;
  const timer = setInterval(() => {
    const symbols = Object.getOwnPropertySymbols(prototype).map(String);
    if (symbols.some((symbol) => symbol.includes("spoor"))) clearInterval(timer);
  }, 10);
`;

for (const [age, node, skip] of [
  ["this Node", undefined, false],
  ["Node 20", OLD_NODE, NO_OLD_NODE],
] as const) {
  test(
    `${age}: what is named and never loaded is hooked or can be installed, and is not called used`,
    { skip },
    async () => {
      const named = ["@prisma/client", "express", "koa", "pg"];
      const [line = "", ...others] = await startLines({ node, dependencies: named, code: "" });
      const [hooks, missing] = line.split(" · ").slice(-2);
      assert.deepEqual(hooks?.split(" ").toSorted(), ["fetch", "hooks:", "http", "koa", "pg"]);
      assert.equal(
        missing,
        "instrumentation not installed: prisma (npm install @prisma/instrumentation)",
      );
      assert.deepEqual(others, []);
    },
  );

  test(`${age}: what is loaded without being named is hooked or told`, { skip }, async () => {
    const [, ...told] = await startLines({ node, dependencies: [], code: LOADS_UNNAMED });
    const early = /^spoor: koa was loaded before Spoor, .* name it in the dependencies/u;
    assert.deepEqual(
      told.map((line) => early.test(line)),
      node === undefined ? [] : [true],
    );
  });
}

/** The first lines of one trace. Traces and scopes arrive in any order. */
function from(lines: readonly string[], root: string, count: number): string[] {
  const start = lines.indexOf(`internal ${root}`);
  return lines.slice(start, start + count);
}
