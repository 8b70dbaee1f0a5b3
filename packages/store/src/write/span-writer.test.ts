import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import type { ClickHouseClient } from "@clickhouse/client";
import { LogBatch, SpanBatch, systemClock } from "@spoor/trace";

import type { Connection, ConnectionSource } from "../engine/connection.ts";
import { EmbeddedEngine } from "../engine/embedded-engine.ts";
import { migrate } from "../schema/migrate.ts";
import { encodeLogBlock, encodeSpanBlock, type SpanBlock } from "./block.ts";
import { SpanWriter } from "./span-writer.ts";

describe("a write whose connection breaks", () => {
  const dataPath = mkdtempSync(join(tmpdir(), "spoor-write-"));
  let engine: EmbeddedEngine;
  before(async () => {
    engine = await EmbeddedEngine.start({ dataPath, clock: systemClock, onEvent: () => undefined });
    await migrate(engine.current().writer);
  });
  after(async () => {
    await engine.close();
    rmSync(dataPath, { recursive: true });
  });

  async function counts(): Promise<unknown> {
    const query =
      "SELECT (SELECT count() FROM spoor.spans), " +
      "(SELECT sum(span_count) FROM spoor.trace_summaries)";
    const result = await engine.current().writer.query({ query, format: "JSONCompactEachRow" });
    return result.json();
  }

  function writerThrough(client: ClickHouseClient): SpanWriter {
    const broken: Connection = { ...engine.current(), writer: client };
    const source: ConnectionSource = {
      isReady: true,
      current: () => broken,
      after: async () => engine.current(),
      close: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
    return new SpanWriter(source);
  }

  test("after the rows were stored stores them once", async () => {
    const { writer } = engine.current();
    // Everything goes through, only the acknowledgement is lost.
    const exec: ClickHouseClient["exec"] = async (parameters) => {
      const { stream } = await writer.exec(parameters);
      for await (const chunk of stream) void chunk;
      throw new Error("socket hang up");
    };
    await writerThrough(withExec(writer, exec)).write(blockOf(7), "seven");
    assert.deepEqual(await counts(), [[7, 7]]);
  });

  test("before the rows were stored stores them once", async () => {
    await writerThrough(withExec(engine.current().writer, hangUp)).write(blockOf(5), "five");
    assert.deepEqual(await counts(), [[12, 12]]);
  });

  test("and was repeated later under its token, also after a restart, is stored once", async () => {
    const block = blockOf(3);
    await new SpanWriter(engine).write(block, "three");
    await new SpanWriter(engine).write(block, "three");
    assert.deepEqual(await counts(), [[15, 15]]);
    await engine.close();
    engine = await EmbeddedEngine.start({ dataPath, clock: systemClock, onEvent: () => undefined });
    await new SpanWriter(engine).write(block, "three");
    assert.deepEqual(await counts(), [[15, 15]]);
  });

  test("stores the log records of a token once, whatever spans have that token", async () => {
    const batch = new LogBatch();
    batch.reserveLogRecord();
    batch.bodies.push(0, 0, 0, 0);
    const block = encodeLogBlock(batch, { nowUnixNano: systemClock.nowUnixNano() });
    const { writer } = engine.current();
    const exec: ClickHouseClient["exec"] = async (parameters) => {
      const { stream } = await writer.exec(parameters);
      for await (const chunk of stream) void chunk;
      throw new Error("socket hang up");
    };
    await writerThrough(withExec(writer, exec)).writeLogs(block, "three");
    await new SpanWriter(engine).writeLogs(block, "three");
    const query = "SELECT count() FROM spoor.logs";
    const result = await writer.query({ query, format: "JSONCompactEachRow" });
    assert.deepEqual(await result.json(), [[1]]);
  });

  test("is stored again under another token", async () => {
    await new SpanWriter(engine).write(blockOf(3), "three again");
    assert.deepEqual(await counts(), [[18, 18]]);
  });
});

function hangUp(): Promise<never> {
  return Promise.reject(new Error("socket hang up"));
}

/** The real client, with one method in place of its own. */
function withExec(client: ClickHouseClient, exec: ClickHouseClient["exec"]): ClickHouseClient {
  return new Proxy(client, {
    get(target, key) {
      if (key === "exec") return exec;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function blockOf(spanCount: number): SpanBlock {
  const nowUnixNano = systemClock.nowUnixNano();
  const batch = new SpanBatch();
  for (let index = 0; index < spanCount; index += 1) {
    const row = batch.reserveSpan();
    batch.traceIds[row * 16] = 1;
    batch.spanIds[row * 8] = row + 1;
    batch.startTimesUnixNano[row] = nowUnixNano;
  }
  return encodeSpanBlock(batch, { nowUnixNano });
}
