import assert from "node:assert/strict";
import { test } from "node:test";
import { patchPg } from "./pg-exports.ts";

class PlainClient {
  query(): void {}
}
class NativeClient {
  query(): void {}
}

/** The method as it stands in the class now. */
function queryOf({ prototype }: { readonly prototype: object }): unknown {
  return Object.getOwnPropertyDescriptor(prototype, "query")?.value;
}

const PLAIN = queryOf(PlainClient);
const NATIVE = queryOf(NativeClient);

/** What pg exports: its `native` is loaded when it is read, and replaces itself. */
function pgWith(load: () => unknown): { readonly Client: unknown; readonly native?: unknown } {
  const exports = { Client: PlainClient };
  return Object.defineProperty(exports, "native", {
    configurable: true,
    get() {
      const value = load();
      Object.defineProperty(exports, "native", { value });
      return value;
    },
  });
}

test("clients over libpq are wrapped when somebody reads them, and loaded for nobody else", () => {
  let loadCount = 0;
  const pg = pgWith(() => {
    loadCount += 1;
    return { Client: NativeClient };
  });
  patchPg(pg);
  assert.notEqual(queryOf(PlainClient), PLAIN);
  assert.equal(loadCount, 0);
  assert.equal(queryOf(NativeClient), NATIVE);
  assert.deepEqual(pg.native, { Client: NativeClient });
  assert.notEqual(queryOf(NativeClient), NATIVE);
  const wrapped = queryOf(NativeClient);
  patchPg(pg);
  assert.equal(pg.native, pg.native);
  assert.equal(loadCount, 1);
  assert.equal(queryOf(NativeClient), wrapped, "once, however often");
});

test("where libpq is not installed, reading it answers what it did", () => {
  const missing = pgWith(() => null);
  patchPg(missing);
  assert.equal(missing.native, null);
  const broken = pgWith(() => {
    throw new Error("cannot open shared object file");
  });
  patchPg(broken);
  assert.throws(() => broken.native, /cannot open shared object file/u);
});
