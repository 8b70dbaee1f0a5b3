import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { systemClock } from "@spoor/trace";

import { EmbeddedEngine } from "../engine/embedded-engine.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";

describe("migrations", () => {
  const dataPath = mkdtempSync(join(tmpdir(), "spoor-migrate-"));
  let engine: EmbeddedEngine;
  before(async () => {
    engine = await EmbeddedEngine.start({ dataPath, clock: systemClock, onEvent: () => undefined });
  });
  after(async () => {
    await engine.close();
    rmSync(dataPath, { recursive: true });
  });

  async function applied(): Promise<unknown> {
    const result = await engine.current().reader.query({
      query: "SELECT number, name FROM spoor.migrations ORDER BY number",
      format: "JSONCompactEachRow",
    });
    return result.json();
  }

  test("are numbered without gaps", () => {
    const numbers = MIGRATIONS.map(({ number }) => number);
    assert.deepEqual(
      numbers,
      Array.from(MIGRATIONS.keys(), (index) => index + 1),
    );
  });

  test("are applied once, however often a server starts", async () => {
    const { writer } = engine.current();
    await migrate(writer);
    const once = await applied();
    await migrate(writer);
    assert.deepEqual(await applied(), once);
    assert.deepEqual(
      once,
      MIGRATIONS.map(({ number, name }) => [number, name]),
    );
  });

  test("go on after a step that was interrupted before it was noted", async () => {
    const { writer } = engine.current();
    await writer.command({ query: "TRUNCATE TABLE spoor.migrations" });
    await migrate(writer);
    assert.equal(Array.isArray(await applied()), true);
    await writer.command({ query: "SELECT count() FROM spoor.spans" });
  });

  test("of a later version make an older server refuse", async () => {
    const { writer } = engine.current();
    const later = { number: MIGRATIONS.length + 1, name: "from the future", changes: [] };
    await migrate(writer, [...MIGRATIONS, later]);
    await assert.rejects(migrate(writer), { code: "SPOOR_STORE_NEWER", retryable: false });
  });
});
