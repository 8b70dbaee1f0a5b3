/*
 * npm run overload: whether a server that is sent ten times what it can take refuses as it should,
 * stays within its memory and keeps everything that it accepted. Exits with 1 if not.
 * docs/guides/benchmarks.md explains the figures.
 */
import { parseArgs } from "node:util";
import { runOverload } from "./overload-run.ts";
import { wholeNumber } from "./report/flags.ts";
import { Report } from "./report/report.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    senders: { type: "string", default: "700" },
    seed: { type: "string", default: "1" },
  },
});
const report = new Report((text) => process.stdout.write(text));
const figures = await runOverload(
  {
    seconds: wholeNumber("seconds", values.seconds),
    senders: wholeNumber("senders", values.senders),
    seed: wholeNumber("seed", values.seed),
  },
  report,
);
report.end(figures);
process.exitCode = figures["lost"] === 0 && figures["wrong"] === 0 ? 0 : 1;
