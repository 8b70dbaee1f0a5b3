import { writeFile } from "node:fs/promises";
import type { Page } from "playwright-core";

/** Keeps a picture for a person to look at, when SPOOR_TEST_PICTURES names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env["SPOOR_TEST_PICTURES"];
  if (folder !== undefined) await writeFile(`${folder}/${name}.png`, await page.screenshot());
}
