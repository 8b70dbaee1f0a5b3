/** Which libraries were loaded before anybody could hook them. */
import { createRequire } from "node:module";
import { sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Library } from "./catalogue.ts";

/** A library that is in memory already. */
export interface LoadedLibrary {
  readonly library: Library;
  /** The package of it that was found. */
  readonly packageName: string;
  /** The URL of a file that would find the same copy of it. */
  readonly parentUrl: string;
}

/**
 * The libraries of which a CommonJS module is loaded; ES modules that import one are covered,
 * because Node keeps what they import in the same cache. One entry for each copy.
 */
export function loadedLibraries(libraries: readonly Library[]): LoadedLibrary[] {
  const paths = Object.keys(createRequire(import.meta.url).cache);
  const found = new Map<string, LoadedLibrary>();
  for (const library of libraries) {
    for (const packageName of library.packages) {
      if (packageName.endsWith("/")) continue;
      const folder = `${sep}node_modules${sep}${packageName.replaceAll("/", sep)}${sep}`;
      for (const path of paths) {
        const index = path.lastIndexOf(folder);
        if (index === -1) continue;
        // A dependency inside of the package is somebody else.
        if (path.includes(`${sep}node_modules${sep}`, index + folder.length)) continue;
        const parentUrl = pathToFileURL(`${path.slice(0, index)}${sep}any.js`).href;
        found.set(`${packageName}\n${parentUrl}`, { library, packageName, parentUrl });
      }
    }
  }
  return [...found.values()];
}
