/*
 * npm run crash: whether anything acknowledged is lost, or stored twice, when processes are killed.
 * Exits with 1 if so. docs/guides/benchmarks.md explains the figures.
 */
import { parseArgs } from "node:util";
import { runCrash } from "./crash-run.ts";
import { wholeNumber } from "./report/flags.ts";
import { Report } from "./report/report.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "50" },
    seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1e6)) },
    "requests-per-second": { type: "string", default: "40" },
    "round-ms": { type: "string", default: "1500" },
  },
});
const report = new Report((text) => process.stdout.write(text));
const figures = await runCrash(
  {
    rounds: wholeNumber("rounds", values.rounds),
    seed: wholeNumber("seed", values.seed),
    requestsPerSecond: wholeNumber("requests-per-second", values["requests-per-second"]),
    roundMsMax: wholeNumber("round-ms", values["round-ms"]),
  },
  report,
);
report.end(figures);
process.exitCode = figures["lost"] === 0 && figures["duplicated"] === 0 ? 0 : 1;
