/*
 * Everything that a request can wait for, produced for real, and whether the SDK names it:
 *
 *     npm run culprits [-- --runs N] [-- --only NAME]
 *
 * Prints a line for each scenario; the last line is JSON.
 */
import { parseArgs } from "node:util";
import { controls } from "./controls.ts";
import type { Judgement } from "./judge.ts";
import { networkScenarios } from "./network-scenarios.ts";
import { postgresScenarios } from "./postgres-scenarios.ts";
import { processScenarios } from "./process-scenarios.ts";
import { runScenario } from "./run-scenario.ts";
import { NO_STAGE, startStage } from "./stage.ts";
import { storeScenarios } from "./store-scenarios.ts";

const RUNS_DEFAULT = 10;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: "string" }, only: { type: "string" } },
  });
  if (NO_STAGE !== false) throw new Error(`cannot stage the scenarios: ${NO_STAGE}`);
  const runs = Number(values.runs ?? RUNS_DEFAULT);
  const isWanted = (name: string): boolean =>
    values.only === undefined || name === values.only || name.startsWith(`${values.only}-`);
  const scenarios = Object.keys({
    ...postgresScenarios,
    ...storeScenarios,
    ...processScenarios,
    ...networkScenarios,
  }).filter(isWanted);
  const healthy = Object.keys(controls).filter(isWanted);
  const all: Judgement[] = [];
  await using stage = await startStage();
  for (const name of [...scenarios, ...healthy]) {
    const isControl = healthy.includes(name);
    const judgements: Judgement[] = [];
    for (let run = 0; run < runs; run += 1) {
      judgements.push(await runScenario(name, { stores: stage.stores, isControl }));
      await stage.clean();
    }
    all.push(...judgements);
    printLine(name, judgements);
  }
  const waits = all.flatMap(({ msAfterThreshold: ms }) => ms ?? []).toSorted((a, b) => a - b);
  const summary = {
    scenarios: scenarios.length,
    controls: healthy.length,
    runs: all.length,
    right: all.filter(({ isRight }) => isRight).length,
    falseAccusations: all.reduce((sum, { falseAccusations: count }) => sum + count, 0),
    medianMsAfterThreshold: waits[Math.floor(waits.length / 2)] ?? 0,
  };
  console.log(JSON.stringify(summary));
  if (summary.right < summary.runs) process.exitCode = 1;
}

function printLine(name: string, judgements: readonly Judgement[]): void {
  const right = judgements.filter(({ isRight }) => isRight).length;
  const shown = judgements.find(({ isRight }) => !isRight) ?? judgements[0];
  const mark = right === judgements.length ? "ok   " : "WRONG";
  const ms = shown?.msAfterThreshold === undefined ? "" : `${shown.msAfterThreshold} ms`;
  const share = `${right}/${judgements.length}`;
  console.log(`${mark} ${name.padEnd(34)} ${share.padEnd(6)} ${ms.padEnd(8)} ${shown?.said ?? ""}`);
}

await main();
