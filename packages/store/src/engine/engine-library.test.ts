import assert from "node:assert/strict";
import { test } from "node:test";

import { currentPlatform, engineLibraryPath } from "./engine-library.ts";

test("the library of this platform is found", () => {
  assert.match(engineLibraryPath(currentPlatform()), /libchdb\.so$/);
});

test("a platform without a build is refused with a way out", () => {
  for (const platform of [
    { os: "win32", arch: "x64", isMusl: false },
    { os: "linux", arch: "x64", isMusl: true },
    { os: "linux", arch: "riscv64", isMusl: false },
  ]) {
    assert.throws(() => engineLibraryPath(platform), {
      code: "SPOOR_STORE_PLATFORM",
      hint: /spoor up --memory/,
    });
  }
});

test("an optional package that npm left out is named", () => {
  const other = process.platform === "darwin" ? "linux" : "darwin";
  assert.throws(() => engineLibraryPath({ os: other, arch: "arm64", isMusl: false }), {
    code: "SPOOR_STORE_ENGINE_MISSING",
    message: new RegExp(`@chdb/lib-${other}-arm64`),
  });
});
