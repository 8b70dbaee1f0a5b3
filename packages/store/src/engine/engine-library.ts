import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { errorMessage, SpoorError } from "@spoor/trace";

import type { StoreErrorCode } from "../base/error-codes.ts";

/** Said wherever the embedded engine cannot run. */
export const MEMORY_HINT: string =
  "Name a ClickHouse of your own with `spoor up --clickhouse`, or run `spoor up --memory` to try " +
  "Spoor without a database.";

/** What decides which build of the engine fits. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
  /** True where the C library is musl (Alpine); the engine is built for glibc. */
  readonly isMusl: boolean;
}

const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "@chdb/lib-linux-x64-gnu",
  "linux-arm64": "@chdb/lib-linux-arm64-gnu",
  "darwin-x64": "@chdb/lib-darwin-x64",
  "darwin-arm64": "@chdb/lib-darwin-arm64",
};

const require = createRequire(import.meta.url);

/**
 * The path of the engine's shared library for `platform`.
 *
 * @throws SPOOR_STORE_PLATFORM where no build of the engine exists.
 * @throws SPOOR_STORE_ENGINE_MISSING where npm left out the optional package.
 */
export function engineLibraryPath(platform: Platform = currentPlatform()): string {
  const name = `${platform.os}-${platform.arch}`;
  const packageName = PACKAGES[name];
  if (packageName === undefined || platform.isMusl) {
    const reason = `there is no build of it for ${name}${platform.isMusl ? " with musl" : ""}`;
    throw engineError("SPOOR_STORE_PLATFORM", reason);
  }
  let entry: string;
  try {
    entry = require.resolve(packageName);
  } catch (error) {
    const reason = `the optional package ${packageName} is not installed`;
    throw engineError("SPOOR_STORE_ENGINE_MISSING", reason, error);
  }
  const path = join(dirname(entry), "libchdb.so");
  if (existsSync(path)) return path;
  throw engineError("SPOOR_STORE_ENGINE_MISSING", `${path} does not exist`);
}

/** The platform this process runs on. */
export function currentPlatform(): Platform {
  return { os: process.platform, arch: process.arch, isMusl: isMusl() };
}

function isMusl(): boolean {
  if (process.platform !== "linux") return false;
  // Without this the report resolves the names of all open sockets, which can take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report: unknown = process.report.getReport();
  const header = property(report, "header");
  return property(header, "glibcVersionRuntime") === undefined;
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function engineError(code: StoreErrorCode, reason: string, cause?: unknown): SpoorError {
  const detail = cause === undefined ? "" : ` (${errorMessage(cause).split("\n")[0]})`;
  return new SpoorError(`cannot start the embedded ClickHouse: ${reason}${detail}`, {
    code,
    hint: MEMORY_HINT,
    cause,
  });
}
