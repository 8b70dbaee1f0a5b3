/*
 * npm run bench:sdk: what tracing costs with our SDK and with the official one, side by side.
 * docs/guides/benchmarks.md explains the figures.
 */
import { parseArgs } from "node:util";
import { Report } from "./report/report.ts";
import { wholeNumber } from "./report/flags.ts";
import { runSdk } from "./sdk/sdk-run.ts";

const { values } = parseArgs({
  options: {
    spans: { type: "string", default: "400000" },
    runs: { type: "string", default: "5" },
  },
});
const report = new Report((text) => process.stdout.write(text));
report.end(
  await runSdk(
    { spans: wholeNumber("spans", values.spans), runs: wholeNumber("runs", values.runs) },
    report,
  ),
);
