/*
 * Takes the pictures of docs/pictures and writes what README.md shows of the terminal, all from the
 * real programs: `npm run pictures`.
 *
 * 1. Spoor starts in an empty folder, on the ports that a user gets; they must be free.
 * 2. The shop of examples/checkout-504 answers some checkouts, and one hangs on a row lock until it
 *    fails. While it hangs the home page is taken.
 * 3. `spoor now` is asked while that one hangs, `spoor show` and Chromium show it; what they print
 *    goes between the marks in README.md.
 *
 * Where SPOOR_TEST_PICTURES names a folder, every page is put there too, wide and narrow, light and
 * dark, for a person to look at.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import {
  databaseStatement,
  fromTraceDocument,
  type Span,
  spanDurationNano,
  type TraceAnswer,
  type TraceListAnswer,
} from "@spoor/trace";
import { checkOut, openShop, type Shop } from "../examples/checkout-504/stage/shop.ts";
import { otlpOf, type Spoor } from "../examples/checkout-504/stage/spoor.ts";
import { spansOf, statusOf } from "../examples/checkout-504/stage/spoor-api.ts";
import { Stage } from "../examples/checkout-504/stage/stage.ts";
import { tellLockIncident } from "../examples/checkout-504/story/lock-incident.ts";
import { openBrowser, withPage } from "../test/browser/browser.ts";
import { keepPicture } from "../test/browser/keep-picture.ts";
import { REPOSITORY } from "./source-module.ts";

const COMMAND = join(REPOSITORY, "packages/cli/bin/spoor.js");
const README = join(REPOSITORY, "README.md");
const URL_OF_PAGE = "http://127.0.0.1:4319";

/** Long enough to stand out, and short enough to wait for. */
const CHECKOUT_TIMEOUT_MS = 5000;
const CHECKOUTS_BEFORE = 9;
/** From opening the page to what it is opened for: the whole incident. */
const READY_MS_MAX = 60_000;
const CHECKOUTS_AFTER = 4;

/** A server that listens on the usual ports, and what it printed. */
interface StartedSpoor extends AsyncDisposable {
  readonly output: string;
}

/** `text` with `block`, fenced, between the marks `<!-- name -->` and `<!-- /name -->`. */
export function withBlock(text: string, name: string, block: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md has no ${start} … ${end}`);
  const fenced = `\n\n\`\`\`text\n${block.trimEnd()}\n\`\`\`\n\n`;
  return text.slice(0, from + start.length) + fenced + text.slice(to);
}

/** What `spoor show` printed, without its first line: an id and a time that are never the same. */
export function treeOf(shown: string): string {
  const [, ...lines] = shown.trimEnd().split("\n");
  return lines.join("\n").trim();
}

async function startSpoor(): Promise<StartedSpoor> {
  if ((await statusOf(URL_OF_PAGE, AbortSignal.timeout(2000))) !== undefined) {
    throw new Error(`cannot take pictures: there is a Spoor at ${URL_OF_PAGE} already; stop it`);
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "spoor-pictures-")));
  const child = spawn(process.execPath, [COMMAND, "up"], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let output = "";
  for await (const line of createInterface({ input: child.stdout })) {
    output += `${line.replaceAll(folder, ".")}\n`;
    // The last line, after which it is ready.
    if (line.startsWith("next ")) break;
  }
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
    rmSync(folder, { recursive: true });
  };
  if (child.exitCode !== null) {
    await stop();
    throw new Error(`cannot take pictures: spoor up ended with exit code ${child.exitCode}`);
  }
  return { output, [Symbol.asyncDispose]: stop };
}

/** A good day, the incident, and a good day again, each in a shop that has just opened. */
/** Returns what `spoor now` printed while the request hung. */
async function tellStories(spoor: Spoor): Promise<string> {
  let now = "";
  await inShop(spoor, ({ shop }) => checkOutTimes(spoor, { shop, count: CHECKOUTS_BEFORE }));
  await inShop(spoor, async ({ shop, stage }) => {
    [now] = await Promise.all([
      untilHolderIsNamed(),
      takePicture({ name: "home", path: "/", ready: ".now-holder" }),
      tellLockIncident(stage, { shop, spoor, timeoutMs: CHECKOUT_TIMEOUT_MS }),
    ]);
    await checkOutTimes(spoor, { shop, count: CHECKOUTS_AFTER });
  });
  return now;
}

async function untilHolderIsNamed(): Promise<string> {
  const deadlineMs = performance.now() + READY_MS_MAX;
  for (;;) {
    const printed = await printedBy("now");
    // Without the list of processes that report, in which only their ids are of interest.
    if (printed.includes("held by")) return printed.split("\n\n").slice(0, 2).join("\n\n");
    if (performance.now() > deadlineMs) throw new Error(`nobody holds anything: ${printed}`);
  }
}

/** What a command prints, into a pipe and so without colours. */
async function printedBy(...words: readonly string[]): Promise<string> {
  const args = [COMMAND, ...words, "--url", URL_OF_PAGE];
  const env = { ...process.env, NO_COLOR: "1" };
  return (await promisify(execFile)(process.execPath, args, { env })).stdout;
}

interface OpenShop {
  readonly shop: Shop;
  readonly stage: Stage;
}

async function inShop(spoor: Spoor, tell: (open: OpenShop) => Promise<void>): Promise<void> {
  await using stage = new Stage();
  const checkoutTimeoutMs = CHECKOUT_TIMEOUT_MS;
  const shop = await openShop(stage, { otlp: otlpOf(spoor), checkoutTimeoutMs });
  await tell({ shop, stage });
}

/** Sends checkouts one after the other, and waits until the spans of the last have arrived. */
async function checkOutTimes(
  { url }: Spoor,
  { shop, count }: { readonly shop: Shop; readonly count: number },
): Promise<void> {
  let traceId = "";
  for (let index = 1; index <= count; index += 1) {
    ({ traceId } = await checkOut(shop, String(1000 + index)));
  }
  const names = ["POST /checkout", "GET /inventory", "POST /payments"];
  await spansOf(url, { traceId, names });
}

async function readJson<T>(path: string): Promise<T> {
  const response = await fetch(URL_OF_PAGE + path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  // The server that was just started defines these answers.
  return (await response.json()) as T;
}

async function failedTraceId(): Promise<string> {
  const { traces } = await readJson<TraceListAnswer>("/api/v1/traces");
  const failed = traces.find(({ errorCount }) => errorCount > 0);
  if (failed === undefined) throw new Error("there is no failed trace");
  return failed.traceId;
}

async function slowestQuery(traceId: string): Promise<Span> {
  const { trace } = await readJson<TraceAnswer>(`/api/v1/traces/${traceId}`);
  const [slowest] = fromTraceDocument(trace)
    .spans.filter((span) => databaseStatement(span) !== undefined)
    .toSorted((a, b) => (spanDurationNano(a) < spanDurationNano(b) ? 1 : -1));
  if (slowest === undefined) throw new Error(`there is no query in trace ${traceId}`);
  return slowest;
}

/** Opens a page, and takes it as soon as it is complete. */
async function takePicture({ name, path, ready }: Picture): Promise<void> {
  await using browser = await openBrowser();
  await withPage(browser, URL_OF_PAGE + path, async (page) => {
    await page.locator(".live-mark.is-open").waitFor();
    await page.locator(ready).first().waitFor({ timeout: READY_MS_MAX });
    await page.screenshot({ path: join(REPOSITORY, "docs/pictures", `${name}.png`) });
    await keepLooks(page, name);
  });
}

/** The page in every look that it has, for a person. */
async function keepLooks(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await keepPicture(page, `${name}-${width}-${colorScheme}`);
    }
  }
}

interface Picture {
  readonly name: string;
  readonly path: string;
  /** What is on the page once it is complete. */
  readonly ready: string;
}

async function main(): Promise<void> {
  await using started = await startSpoor();
  const spoor = { url: URL_OF_PAGE, grpcPort: 4317, httpPort: 4318, isForeign: true };
  const now = await tellStories(spoor);
  const traceId = await failedTraceId();
  const query = await slowestQuery(traceId);
  const shown = await printedBy("show", traceId);
  const pictures: readonly Picture[] = [
    { name: "trace", path: `/t/${traceId}?s=${query.spanId}&d=1`, ready: "aside.detail" },
    { name: "explore", path: "/explore?from=-5m&lines=groups", ready: ".difference-keys" },
    { name: "compare", path: `/compare?a=typical&b=${traceId}`, ready: ".comparison-sentence" },
    { name: "health", path: "/health", ready: ".health-card" },
  ];
  for (const picture of pictures) await takePicture(picture);
  const blocks = { now, tree: treeOf(shown), start: started.output };
  let text = readFileSync(README, "utf8");
  for (const [name, block] of Object.entries(blocks)) text = withBlock(text, name, block);
  writeFileSync(README, text);
}

if (import.meta.main) await main();
