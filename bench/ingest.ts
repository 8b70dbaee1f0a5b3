/*
 * npm run bench:ingest: what taking spans in costs. docs/guides/benchmarks.md explains the figures.
 */
import { parseArgs } from "node:util";
import { type IngestOptions, runIngest } from "./ingest-run.ts";
import { wholeNumber } from "./report/flags.ts";
import { Report } from "./report/report.ts";

const { values } = parseArgs({
  options: {
    workload: { type: "string", default: "realistic" },
    seed: { type: "string", default: "1" },
    spans: { type: "string", default: "500000" },
    slices: { type: "string", default: "5" },
    rate: { type: "string", default: "20000" },
    "paced-seconds": { type: "string", default: "10" },
    "watched-seconds": { type: "string", default: "10" },
    "scanner-rounds": { type: "string", default: "2" },
  },
});
const options: IngestOptions = {
  workload: values.workload,
  seed: wholeNumber("seed", values.seed),
  spans: wholeNumber("spans", values.spans),
  slices: wholeNumber("slices", values.slices),
  pacedSpansPerSecond: wholeNumber("rate", values.rate),
  pacedSeconds: wholeNumber("paced-seconds", values["paced-seconds"]),
  watchedSeconds: wholeNumber("watched-seconds", values["watched-seconds"]),
  scannerRounds: wholeNumber("scanner-rounds", values["scanner-rounds"]),
  templateRequests: 48,
  quietMsMax: 15_000,
};
const report = new Report((text) => process.stdout.write(text));
report.end(await runIngest(options, report));
