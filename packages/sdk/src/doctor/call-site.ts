/** Where in the application something was called from. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this package's modules. */
const OWN_FOLDER = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The first line of a stack that belongs to the application: not to Node, not to a package, not to
 * us. Empty when there is none, such as in a bundle's single line or a driver's own timer.
 */
export function applicationFrame(stack: string | undefined): string {
  for (const line of (stack ?? "").split("\n").slice(1)) {
    const isOthers =
      line.includes("node:") || line.includes("/node_modules/") || line.includes(OWN_FOLDER);
    if (!isOthers && /:\d+:\d+\)?$/u.test(line)) return line.trim().replace(/^at /u, "");
  }
  return "";
}

/** The stack of whoever is calling, with enough frames to get through a few layers of packages. */
export function currentStack(): string | undefined {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const { stack } = new Error("called from");
  Error.stackTraceLimit = before;
  return stack;
}
