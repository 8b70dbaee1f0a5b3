/*
 * A real Chromium for tests of the page, and what every page is held to: nothing on its console,
 * nothing that its content security policy refused, nothing that axe finds.
 */
import assert from "node:assert/strict";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";

/** No sandbox, because containers give none to root; no traffic of the browser's own. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Everything a test waits for is there within a second; a machine that does more may be slow. */
const WAIT_MS_MAX = 20_000;

/** Colours, as the system asks for them. */
export type ColorScheme = "light" | "dark";

/** How a page is opened, and what may be found on its console. */
export interface PageOptions {
  readonly colorScheme?: ColorScheme;
  /** As the system asks for it. */
  readonly contrast?: "more";
  /** The system's own colours take the place of the page's. */
  readonly forcedColors?: "active";
  /** A line of the console that belongs to the test, such as that of an answer 404. */
  readonly expectedComplaint?: RegExp;
}

/** The program at CHROMIUM_PATH, else the first Chromium in PATH; undefined when there is none. */
async function findChromium(): Promise<string | undefined> {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin"];
  const inPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const given = process.env["CHROMIUM_PATH"];
  for (const path of given === undefined ? inPath : [given]) {
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

const executablePath: string | undefined = await findChromium();

/** Why tests of the page cannot run here; false when they can. The `skip` of node:test. */
export const chromiumMissing: string | false =
  executablePath === undefined &&
  "there is no Chromium in PATH or /usr/bin; CHROMIUM_PATH can name one";

/** Starts the browser. @throws Error when there is none: see {@link chromiumMissing}. */
export async function openBrowser(): Promise<Browser> {
  assert.ok(executablePath !== undefined, String(chromiumMissing));
  return await chromium.launch({ executablePath, args: FLAGS });
}

/** Opens `url` in 1280 x 720 and hands the page to `visit`. @throws when the console complained. */
export async function withPage(
  browser: Browser,
  url: string,
  visit: (page: Page) => Promise<void>,
  { expectedComplaint, ...colours }: PageOptions = {},
): Promise<void> {
  await using context = await browser.newContext({
    colorScheme: "light",
    ...colours,
    viewport: { width: 1280, height: 720 },
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const page = await context.newPage();
  const complaints: string[] = [];
  // Chromium reports a refusal by the content security policy as an error on the console.
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    complaints.push(`${message.text()} ${message.location().url}`.trim());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  await visit(page);
  const unexpected = complaints.filter((text) => expectedComplaint?.test(text) !== true);
  assert.deepEqual(unexpected, [], "the console of the page is empty");
}

/** Resolves when the page is told of everything that comes in. */
export async function isLive(page: Page): Promise<void> {
  await page.locator(".live-mark.is-open").waitFor();
}

/**
 * With colours that the system forces, axe reads those that the page asked for beside those that
 * are there: pass `hasForcedColours`, and contrast is left to the system.
 *
 * @throws AssertionError with every violation that axe finds on the page as it is now.
 */
export async function assertAccessible(
  page: Page,
  { hasForcedColours = false }: { readonly hasForcedColours?: boolean } = {},
): Promise<void> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (
    hasForcedColours ? axe.disableRules(["color-contrast"]) : axe
  ).analyze();
  const texts = violations.map(({ id, help, nodes }) => {
    const places = nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`);
    return `${id}: ${help}\n${places.join("\n")}`;
  });
  assert.deepEqual(texts, []);
}
