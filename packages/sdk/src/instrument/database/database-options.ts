import type { Tracer } from "@opentelemetry/api";
import type { Clock } from "@spoor/trace";
import type { OnFailure } from "../base/guard.ts";
import type { ConnectionRegistry } from "./connection-registry.ts";

/** What those who patch drivers need of the SDK that runs. */
export interface DatabaseOptions {
  readonly registry: ConnectionRegistry;
  readonly clock: Clock;
  readonly isSanitised: boolean;
  readonly onFailure: OnFailure;
  tracer(library: string): Tracer;
  /** Whether the official instrumentation of a library was asked for. */
  isOfficial(library: string): boolean;
}

/** Of the running SDK. Classes are patched once per process, SDKs come and go. */
let active: DatabaseOptions | undefined;

/** For whom the patched classes work; undefined when they are to do nothing. */
export function activeDatabaseOptions(): DatabaseOptions | undefined {
  return active;
}

/** Sets for whom the patched classes work from now on. */
export function setDatabaseOptions(options: DatabaseOptions | undefined): void {
  active = options;
}
