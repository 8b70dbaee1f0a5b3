/*
 * The import graph of packages/<name>/src and what can be concluded from it: which room a file lies
 * in, which files nothing reaches, which folders import each other in a circle.
 */
import { posix } from "node:path";
import type { SourceModule } from "./source-module.ts";

/** Where a source file stands. */
export interface Place {
  /** The folder under `packages/`. */
  readonly packageName: string;
  /** The folder below `src/`, such as `api/native`; empty for a file in `src/` itself. */
  readonly folder: string;
}

/** Where `path` stands, or undefined when it is not in the `src/` of a package. */
export function placeOf(path: string): Place | undefined {
  const match = /^packages\/([^/]+)\/src\/(?:(.+)\/)?[^/]+$/u.exec(path);
  const packageName = match?.[1];
  return packageName === undefined ? undefined : { packageName, folder: match?.[2] ?? "" };
}

/** The file that a relative specifier in `from` names; undefined for any other specifier. */
export function relativeTarget(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** The files of `modules` that each file refers to by a relative path. */
export function fileGraph(modules: readonly SourceModule[]): Map<string, string[]> {
  const known = new Set(modules.map(({ path }) => path));
  return new Map(
    modules.map(({ path, imports }) => [
      path,
      imports
        .map(({ specifier }) => relativeTarget(path, specifier))
        .filter((target): target is string => target !== undefined && known.has(target)),
    ]),
  );
}

/** Everything that can be reached from `starts`, themselves included. */
export function reachable(
  graph: ReadonlyMap<string, readonly string[]>,
  starts: Iterable<string>,
): Set<string> {
  const seen = new Set(starts);
  // A set may grow while it is walked: what is added comes later in the same walk.
  for (const path of seen) {
    for (const target of graph.get(path) ?? []) seen.add(target);
  }
  return seen;
}

/**
 * One circle through the folders of `graph`, first folder repeated at the end, or undefined.
 *
 * A folder stands for the files in it, not for those in folders below it.
 */
export function folderCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const folders = new Map<string, Set<string>>();
  for (const [path, targets] of graph) {
    const from = posix.dirname(path);
    const edges = folders.get(from) ?? new Set<string>();
    folders.set(from, edges);
    for (const target of targets) {
      const to = posix.dirname(target);
      if (to !== from) edges.add(to);
    }
  }
  const finished = new Set<string>();
  for (const folder of folders.keys()) {
    const cycle = circleFrom(folder, { folders, finished, trail: [] });
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

interface Search {
  readonly folders: ReadonlyMap<string, ReadonlySet<string>>;
  /** Folders from which no circle can be reached. */
  readonly finished: Set<string>;
  readonly trail: readonly string[];
}

function circleFrom(folder: string, search: Search): string[] | undefined {
  if (search.finished.has(folder)) return undefined;
  const start = search.trail.indexOf(folder);
  if (start !== -1) return [...search.trail.slice(start), folder];
  const trail = [...search.trail, folder];
  for (const next of search.folders.get(folder) ?? []) {
    const cycle = circleFrom(next, { ...search, trail });
    if (cycle !== undefined) return cycle;
  }
  search.finished.add(folder);
  return undefined;
}
