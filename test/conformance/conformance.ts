/*
 * npm run conformance: the tests of OpenTelemetry for JavaScript and of W3C Trace Context, run
 * against our SDK. They are fetched, and are no part of the project. Exits with 1 if one fails;
 * with 0 and a line that says so if they cannot be fetched.
 */
import { fetchRepository, fetchTools } from "./fetched.ts";
import { runSuite } from "./run-suite.ts";
import { OPENTELEMETRY, SUITES } from "./suites.ts";
import { runTraceContext } from "./trace-context.ts";

const write = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

let hasFailed = false;
let passedCount = 0;
let skippedCount = 0;

const suiteRoot = fetchRepository(OPENTELEMETRY);
const toolsRoot = fetchTools();
if (suiteRoot === undefined || toolsRoot === undefined) {
  write("skipped: the suites of OpenTelemetry could not be fetched from GitHub and npm");
} else {
  for (const suite of SUITES) {
    const { passed, failed, skipped, needless } = runSuite(suite, { suiteRoot, toolsRoot });
    const rest = `${failed.length} failed, ${skipped.length} skipped`;
    write(`${suite.name}: ${passed} passed, ${rest}`);
    if (suite.changed !== undefined) write(`  changed  ${suite.changed}`);
    for (const line of skipped) write(`  skipped  ${line}`);
    for (const line of failed) write(`  FAILED   ${line}`);
    for (const line of needless) write(`  PASSES   ${line}: take it off the list`);
    hasFailed ||= failed.length + needless.length > 0;
    passedCount += passed;
    skippedCount += skipped.length;
  }
  write(`OpenTelemetry: ${passedCount} passed, ${skippedCount} skipped`);
}

const traceContext = await runTraceContext();
write(`W3C Trace Context, level 2, strict: ${traceContext.text}`);
hasFailed ||= traceContext.hasFailed;
process.exitCode = hasFailed ? 1 : 0;
