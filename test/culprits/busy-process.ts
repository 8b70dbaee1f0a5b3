/* What processes do beside their requests. */
import { pbkdf2 } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const COLLECT_PAUSE_MS = 200;

/** Collects memory again and again, as V8 does by itself in a process that works. */
export function collectMemory(): void {
  setFlagsFromString("--expose-gc");
  // What V8 gives to every new context with this flag.
  const collect = runInNewContext("gc") as () => void;
  setInterval(collect, COLLECT_PAUSE_MS);
}

/** Gives every thread of the pool more than a minute of work. */
export function fillThreadPool(): void {
  for (let n = 0; n < 4; n += 1) pbkdf2("secret", "salt", 60_000_000, 64, "sha512", () => {});
}
