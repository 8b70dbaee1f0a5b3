/* Runs one scenario in an application of its own, and judges what it reports. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Judgement, judge, judgeControl } from "./judge.ts";
import { startReportReceiver, type TakenReport } from "./report-receiver.ts";
import type { Expected, Stores } from "./scenario.ts";

const APP = fileURLToPath(new URL("apps/culprit-app.ts", import.meta.url));
/** From the start of the application until something is to be reported. */
const START_MS_MAX = 30_000;
/** How long a verdict is waited for after the first report; late ones are wrong, and shown. */
const WATCH_MS_MAX = 10_000;
const NOTHING = { isRight: false, isNamed: false };
/** How long a control is watched after its first report. */
const CONTROL_MS = 1500;

/** Runs it. A control expects nothing. */
export async function runScenario(
  name: string,
  { stores, isControl }: { readonly stores: Stores; readonly isControl: boolean },
): Promise<Judgement> {
  await using receiver = await startReportReceiver();
  await using application = startApplication(name, { stores, receiverUrl: receiver.url });
  const { output } = application;
  if (isControl) return await watchControl(receiver.reports);
  return await watch(receiver.reports, () => expectedIn(output()), output);
}

/** Starts an application that plays `name`; it ends when it is disposed of. */
export function startApplication(
  name: string,
  { stores, receiverUrl }: { readonly stores: Stores; readonly receiverUrl: string },
): AsyncDisposable & { readonly output: () => string } {
  const [command, ...wrapper] = [...wrapperOf(name, stores), process.execPath];
  const child = spawn(
    command,
    [
      ...wrapper,
      "--conditions=@spoor/source",
      "--import",
      "@spoor/sdk/auto",
      APP,
      name,
      JSON.stringify(stores),
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        OTEL_SERVICE_NAME: "culprit",
        OTEL_EXPORTER_OTLP_ENDPOINT: receiverUrl,
        SPOOR_QUIET: "1",
      },
    },
  );
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const ended = once(child, "exit");
  return {
    output: () => output,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGUSR2");
      // One whose event loop is blocked does not hear the signal.
      const late = setTimeout(() => child.kill("SIGKILL"), 3000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** A view of the machine of its own, in which its names are asked for elsewhere. */
function wrapperOf(name: string, { resolverFile }: Stores): readonly string[] {
  if (!name.startsWith("dns-")) return [];
  const script = `mount --bind ${resolverFile} /etc/resolv.conf && exec "$0" "$@"`;
  return ["unshare", "--mount", "sh", "-c", script];
}

async function watch(
  reports: readonly TakenReport[],
  expected: () => Expected | undefined,
  output: () => string,
): Promise<Judgement> {
  const endMs = performance.now() + START_MS_MAX;
  let firstMs: number | undefined;
  for (;;) {
    const nowMs = performance.now();
    const wanted = expected();
    if (reports.length > 0) firstMs ??= nowMs;
    if (wanted !== undefined && reports.length > 0) {
      const judgement = judge(reports, wanted);
      const isLate = firstMs !== undefined && nowMs - firstMs > WATCH_MS_MAX;
      if (judgement.isNamed || isLate) return judgement;
    }
    if (nowMs > endMs) {
      const said = `nothing was reported: ${output().slice(-300)}`;
      return { ...NOTHING, falseAccusations: 0, msAfterThreshold: undefined, said };
    }
    await delay(20);
  }
}

async function watchControl(reports: readonly TakenReport[]): Promise<Judgement> {
  const endMs = performance.now() + START_MS_MAX;
  while (reports.length === 0 && performance.now() < endMs) await delay(20);
  await delay(CONTROL_MS);
  if (reports.length > 0) return judgeControl(reports);
  const said = "nothing was reported";
  return { ...NOTHING, falseAccusations: 0, msAfterThreshold: undefined, said };
}

function expectedIn(output: string): Expected | undefined {
  const line = output.split("\n").findLast((one) => one.startsWith('{"expected"'));
  if (line === undefined) return undefined;
  // What culprit-app.ts prints.
  return (JSON.parse(line) as { expected: Expected }).expected;
}
