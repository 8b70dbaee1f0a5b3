/* Starts the shop and everything it needs, tells one story, and takes it all down again. */
import { once } from "node:events";
import { type DemoOptions, parseCommandLine, USAGE } from "./command-line.ts";
import { checkoutUrl, openShop } from "./stage/shop.ts";
import { findOrStartSpoor, otlpOf } from "./stage/spoor.ts";
import { Stage } from "./stage/stage.ts";
import { tellHealthyCheckouts } from "./story/healthy-checkouts.ts";
import { tellLockIncident } from "./story/lock-incident.ts";

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stopped.abort());
}

async function tell(stage: Stage, options: DemoOptions): Promise<void> {
  const spoor = await findOrStartSpoor(stage);
  const origin = spoor.isForeign ? "which was running already" : "started for this demo";
  console.log(`Spoor at ${spoor.url}, ${origin}.`);
  const { timeoutMs } = options;
  const shop = await openShop(stage, { otlp: otlpOf(spoor), checkoutTimeoutMs: timeoutMs });

  if (options.incident === "lock") await tellLockIncident(stage, { shop, spoor, timeoutMs });
  else await tellHealthyCheckouts(shop, spoor);

  if (!options.isKept) return;
  console.log(`\nThe page:          ${spoor.url}`);
  console.log(`One more checkout: curl -X POST '${checkoutUrl(shop, "2001")}'`);
  console.log("Everything keeps running until Ctrl-C.");
}

async function run(options: DemoOptions): Promise<number> {
  await using stage = new Stage();
  const isStopped = once(stopped.signal, "abort").then(() => "stopped" as const);
  try {
    const told = tell(stage, options).then(() => "told" as const);
    const outcome = await Promise.race([told, isStopped]);
    if (outcome === "told" && options.isKept) await isStopped;
    if (outcome === "told") return 0;
    console.error("stopped before the story was told");
    return 1;
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

try {
  const options = parseCommandLine(process.argv.slice(2));
  if (options.isHelp) console.log(USAGE);
  else process.exitCode = await run(options);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
