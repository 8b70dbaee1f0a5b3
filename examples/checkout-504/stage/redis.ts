import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startProgram } from "./child-process.ts";
import { directoryWith, pathDirectories } from "./find-program.ts";
import { freePort } from "./ports.ts";
import type { Stage } from "./stage.ts";

/** Starts an empty Redis that writes nothing to disk; undefined where Redis is not installed. */
export async function startRedis(stage: Stage): Promise<string | undefined> {
  const directory = await directoryWith(["redis-server"], pathDirectories());
  if (directory === undefined) return undefined;
  const port = await freePort();
  const settings = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const redis = startProgram(stage, {
    name: "redis-server",
    command: join(directory, "redis-server"),
    args: ["--port", String(port), ...settings],
  });
  await redis.waitUntil(async (signal) => {
    while (!redis.lines.some((line) => line.includes("eady to accept connections"))) {
      await delay(20, undefined, { signal });
    }
  });
  return `redis://127.0.0.1:${port}`;
}
