/*
 * npm run bench:query: how long questions take. docs/guides/benchmarks.md explains the figures.
 */
import { parseArgs } from "node:util";
import { runQueries } from "./query-run.ts";
import { wholeNumber } from "./report/flags.ts";
import { Report } from "./report/report.ts";

const { values } = parseArgs({
  options: {
    spans: { type: "string", default: "10000000" },
    runs: { type: "string", default: "9" },
    seed: { type: "string", default: "1" },
    data: { type: "string" },
  },
});
const report = new Report((text) => process.stdout.write(text));
report.end(
  await runQueries(
    {
      seed: wholeNumber("seed", values.seed),
      spans: wholeNumber("spans", values.spans),
      runs: wholeNumber("runs", values.runs),
      templateRequests: 64,
      quietMsMax: 60_000,
      keptPath: values.data,
    },
    report,
  ),
);
