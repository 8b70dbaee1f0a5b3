/* The application in which one scenario runs, traced by `--import @spoor/sdk/auto`. */
import { trace } from "@opentelemetry/api";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startTestProgram, type TestProgram, until } from "@spoor/waits/test-servers";
import { controls, healthy } from "../controls.ts";
import { networkScenarios } from "../network-scenarios.ts";
import { postgresScenarios } from "../postgres-scenarios.ts";
import { processScenarios } from "../process-scenarios.ts";
import type { Bystander, Stores, Tools } from "../scenario.ts";
import { storeScenarios } from "../store-scenarios.ts";

const [name = "", storesText = "{}"] = process.argv.slice(2);
// What the runner writes.
const stores = JSON.parse(storesText) as Stores;
const START_MS = 1000;
const kept: TestProgram[] = [];
const tracer = trace.getTracer("culprits");

function startBystander(program: string, ...args: readonly string[]): Promise<Bystander> {
  return startProgram(program, args, []);
}

async function startProgram(
  program: string,
  args: readonly string[],
  wrapper: readonly string[],
): Promise<Bystander> {
  const file = fileURLToPath(new URL(`${program}.ts`, import.meta.url));
  const [command = "", ...words] = [...wrapper, process.execPath, file, ...args];
  const started = startTestProgram({ command, args: words });
  kept.push(started);
  const line = await until(`${program} to start`, () => /^\{.*\}$/mu.exec(started.output())?.[0]);
  // What the programs in this folder print.
  const { port } = JSON.parse(line) as { port: number };
  return { pid: started.pid, port };
}

const tools: Tools = {
  stores,
  request: (title, work) =>
    tracer.startActiveSpan(title, async (span) => {
      try {
        return await work();
      } finally {
        span.end();
      }
    }),
  expect: (expected) => console.log(JSON.stringify({ expected })),
  keep: (program) => {
    kept.push(program);
    return program;
  },
  startBystander,
  startBystanderIn: (namespace, program, ...args) =>
    startProgram(program, args, ["ip", "netns", "exec", namespace]),
};

const all = {
  ...postgresScenarios,
  ...storeScenarios,
  ...processScenarios,
  ...networkScenarios,
  ...controls,
  ...healthy,
};
process.once("SIGUSR2", () => {
  for (const { child } of kept) child.kill("SIGKILL");
  process.exit(0);
});
// Nothing else may keep the process alive while nothing happens.
setInterval(() => {}, 60_000);
const scenario = all[name];
if (scenario === undefined) throw new Error(`no scenario ${name}`);
// An application that has come up: what it loads when something hangs first is loaded by then.
await delay(START_MS);
await scenario(tools).catch((error: unknown) => console.error(error));
