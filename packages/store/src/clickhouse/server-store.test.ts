/* The store on one ClickHouse server that somebody else runs. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { after, before, describe, test } from "node:test";

import { plainSpan, spanBatchOf, systemClock } from "@spoor/trace";

import type { StoreEvent } from "../base/store-event.ts";
import { freePort } from "../engine/engine-process.ts";
import { traceStoreContract } from "../port/trace-store.contract.ts";
import { type EngineServers, startEngineServers } from "../engine/test-servers.ts";
import { openClickHouseStore, type ServerStoreOptions } from "./server-store.ts";

let servers: EngineServers;
before(async () => {
  servers = await startEngineServers(1);
});
after(() => servers[Symbol.asyncDispose]());

function url(): string {
  return servers.nodes[0]?.url ?? "";
}

function options(given: Partial<ServerStoreOptions> = {}): ServerStoreOptions {
  return { urls: [url()], database: "traces", clock: systemClock, ...given };
}

traceStoreContract("clickhouse", () => openClickHouseStore(options()));

describe("a ClickHouse of your own", () => {
  test("is shown without user and password", async () => {
    await using store = await openClickHouseStore(options());
    assert.equal(store.driver, "clickhouse");
    assert.equal(store.path, `${url().replace(/\/\/.*@/u, "//")}/traces`);
  });

  test("that is started again goes on, and nothing is lost or doubled", async () => {
    const events: StoreEvent[] = [];
    await using store = await openClickHouseStore(
      options({ onEvent: (event) => void events.push(event) }),
    );
    const traceId = "ab".repeat(16);
    const write = (): Promise<void> => store.write(spanBatchOf([{ ...SPAN, traceId }]));
    await write();
    await servers.nodes[0]?.kill();
    // In flight while the server is away; repeated and stored when it is back.
    const writing = [write(), write()];
    await servers.nodes[0]?.restart();
    await Promise.all(writing);
    const [summary] = await store.summarize([traceId]);
    assert.equal(summary?.spanCount, 3);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["server_lost", "server_back"],
    );
    const said = JSON.stringify(events);
    assert.doesNotMatch(said, /pass|tracer/u);
  });

  test("that is away makes reads and writes fail as retryable, and a start at once", async () => {
    const lost = Promise.withResolvers<void>();
    const back = Promise.withResolvers<void>();
    const onEvent = ({ kind }: StoreEvent): void => {
      if (kind === "server_lost") lost.resolve();
      if (kind === "server_back") back.resolve();
    };
    await using store = await openClickHouseStore(options({ onEvent }));
    await servers.nodes[0]?.kill();
    const away = { code: "SPOOR_STORE_UNAVAILABLE", retryable: true };
    await assert.rejects(store.findTraceIds("abab", { limit: 1 }), away);
    await lost.promise;
    assert.equal(store.isReady, false);
    await assert.rejects(store.findTraceIds("abab", { limit: 1 }), away);
    await assert.rejects(openClickHouseStore(options()), {
      code: "SPOOR_STORE_UNREACHABLE",
      retryable: true,
      message: /cannot connect to ClickHouse at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/u,
    });
    await servers.nodes[0]?.restart();
    await back.promise;
    assert.equal(store.isReady, true);
  });

  test("that does not know the password says so, and does not repeat it", async () => {
    const urls = [url().replace(/:[^:@]*@/u, ":wrong-one@")];
    await assert.rejects(openClickHouseStore(options({ urls })), (error: Error) => {
      assert.equal(Reflect.get(error, "code"), "SPOOR_STORE_CREDENTIALS");
      assert.match(error.message, /does not let "tracer" in/u);
      assert.doesNotMatch(error.message, /wrong-one/u);
      return true;
    });
  });

  test("whose user lacks rights names the one that is missing", async () => {
    await assert.rejects(openClickHouseStore(options({ database: "elsewhere" })), {
      code: "SPOOR_STORE_RIGHTS",
      message: /the grant .* ON elsewhere/u,
      hint: /ALL ON elsewhere\.\*/u,
    });
  });

  test("takes only names that mean one thing, and one address per server", async () => {
    const address = { code: "SPOOR_STORE_ADDRESS" };
    for (const database of ["a.b", "a`b", "", "system", "1a", "a'b"]) {
      await assert.rejects(openClickHouseStore(options({ database })), address);
    }
    await assert.rejects(openClickHouseStore(options({ cluster: "a'b" })), address);
    await assert.rejects(openClickHouseStore(options({ urls: [url(), url()] })), address);
  });

  test("is not something else that answers 200", async () => {
    await using other = await somethingElse();
    await assert.rejects(openClickHouseStore(options({ urls: [other.url] })), {
      code: "SPOOR_STORE_UNREACHABLE",
    });
  });
});

const SPAN = plainSpan({
  spanId: "0000000000000001",
  name: "step",
  kind: 1,
  startTimeUnixNano: systemClock.nowUnixNano(),
  endTimeUnixNano: systemClock.nowUnixNano(),
});

async function somethingElse(): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort();
  const server: Server = createServer((_request, response) => response.end("everything is fine"));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
