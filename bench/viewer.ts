/*
 * npm run bench:viewer: what the page of a trace costs in Spoor and in a build of Jaeger UI, the
 * same trace in the same browser in turns, and the ratios. docs/guides/benchmarks.md explains the
 * figures.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromiumMissing, openBrowser } from "../test/browser/browser.ts";
import { generatedSpans, sendGeneratedTrace } from "../test/browser/generated-trace.ts";
import { measureViewer, spoorViewer, type TraceCosts } from "../test/browser/trace-budgets.ts";
import { startSpoor } from "../test/spoor-process.ts";
import { wholeNumber } from "./report/flags.ts";
import { type Figures, Report, rounded } from "./report/report.ts";
import { serveJaegerUi } from "./viewer/jaeger-ui.ts";

const NEEDED = `This compares with a build of Jaeger UI, which is not published as a package. Make one:

  git clone https://github.com/jaegertracing/jaeger-ui && cd jaeger-ui
  npx pnpm install && npx pnpm build

and name its folder: npm run bench:viewer -- --jaeger-ui <jaeger-ui>/packages/jaeger-ui/build
`;

const COSTS = ["loadSeconds", "scrollMs", "detailMs", "pageElements"] as const;

async function compare(folder: string, spanCount: number, report: Report): Promise<Figures> {
  await using browser = await openBrowser();
  const spoor = await startSpoor();
  try {
    const trace = await sendGeneratedTrace(spoor, spanCount);
    await using other = await serveJaegerUi(folder, generatedSpans(spanCount));
    const ours = await measureViewer(browser, spoorViewer(spoor.url, trace));
    report.line(`Spoor, ${spanCount} spans: ${costsText(ours)}`);
    const theirs = await measureViewer(browser, other.viewer);
    report.line(`Jaeger UI, ${spanCount} spans: ${costsText(theirs)}`);
    return Object.fromEntries(
      COSTS.flatMap((cost) => [
        [`${cost}Spoor${spanCount}`, rounded(ours[cost])],
        [`${cost}JaegerUi${spanCount}`, rounded(theirs[cost])],
        [`${cost}TimesLess${spanCount}`, rounded(theirs[cost] / ours[cost])],
      ]),
    );
  } finally {
    await spoor.stop();
  }
}

function costsText({ loadSeconds, scrollMs, detailMs, pageElements }: TraceCosts): string {
  return (
    `loaded ${loadSeconds.toFixed(3)} s, scroll step ${scrollMs.toFixed(1)} ms, ` +
    `detail ${detailMs.toFixed(1)} ms, ${pageElements} elements`
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "jaeger-ui": { type: "string", default: process.env["JAEGER_UI_BUILD"] ?? "" },
      spans: { type: "string", multiple: true, default: ["1000", "10000"] },
    },
  });
  const folder = values["jaeger-ui"];
  if (chromiumMissing !== false || !existsSync(join(folder, "index.html"))) {
    process.stderr.write(chromiumMissing === false ? NEEDED : `${chromiumMissing}\n`);
    return 1;
  }
  const report = new Report((text) => process.stdout.write(text));
  report.header("The page of a trace: CPU time of the main thread, medians of three visits");
  const all: Figures[] = [];
  for (const text of values.spans) {
    all.push(await compare(folder, wholeNumber("spans", text), report));
  }
  report.end(Object.assign({}, ...all));
  return 0;
}

process.exitCode = await main();
