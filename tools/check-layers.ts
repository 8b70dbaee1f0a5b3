/* Holds the code to the list of rooms in `layers.ts`. */
import {
  fileGraph,
  folderCycle,
  placeOf,
  type Place,
  reachable,
  relativeTarget,
} from "./layer-graph.ts";
import {
  isTestFile,
  isTypeScript,
  lineAt,
  type ModuleImport,
  type Problem,
  type SourceModule,
  walk,
} from "./source-module.ts";

/**
 * The rooms of a package, top to bottom, each with what it may import: rooms below it, packages of
 * ours (`@spoor/x`), packages from npm, single modules of Node or `node:` for all of them. The room
 * `.` is `src/` itself, which holds entry points only and may import every room of its package.
 */
export type Rooms = Readonly<Record<string, readonly string[]>>;

/** A file and why it is an exception. */
export type Exceptions = Readonly<Record<string, string>>;

/** What the code is held to. */
export interface Layers {
  readonly packages: Readonly<Record<string, Rooms>>;
  /** Files that are started by something else than an import. */
  readonly entries: Exceptions;
  /** What packages offer to the tests of others besides their roots. */
  readonly testImports: Exceptions;
  /** Files that read the time without a `Clock`. */
  readonly timeReaders: Exceptions;
}

/** Everything in which `modules` differ from `layers`. */
export function checkLayers(modules: readonly SourceModule[], layers: Layers): Problem[] {
  const sources = modules.filter(({ path }) => placeOf(path) !== undefined);
  const used = new Set<string>();
  return [
    ...sources.flatMap((module) => checkImports(module, layers, used)),
    ...checkList(layers, used),
    ...checkCircles(sources),
    ...checkReachable(modules, layers),
    ...sources.flatMap((module) => checkTime(module, layers)),
  ];
}

function checkImports(module: SourceModule, layers: Layers, used: Set<string>): Problem[] {
  const { path } = module;
  const place = placeOf(path);
  const rooms = place && layers.packages[place.packageName];
  if (place === undefined || rooms === undefined) {
    return [{ path, line: 0, message: "belongs to a package that tools/layers.ts does not list" }];
  }
  const room = roomOf(place, rooms);
  if (room === undefined) {
    const message = `"${place.folder}" is not a room: add it to tools/layers.ts in its place`;
    return [{ path, line: 0, message }];
  }
  const testImports = new Set(Object.keys(layers.testImports));
  const from: Importer = { path, place, room, rooms, testImports, used };
  return module.imports.flatMap((imported) => {
    const message = refusal(imported, from);
    return message === undefined ? [] : [{ path, line: imported.line, message }];
  });
}

/** The longest listed room that holds `folder`. */
function roomOf({ folder }: Place, rooms: Rooms): string | undefined {
  if (folder === "") return ".";
  return Object.keys(rooms)
    .filter((room) => folder === room || folder.startsWith(`${room}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

interface Importer {
  readonly path: string;
  readonly place: Place;
  readonly room: string;
  readonly rooms: Rooms;
  readonly testImports: ReadonlySet<string>;
  /** Collects `package/room/name` for each listed name that an import needed. */
  readonly used: Set<string>;
}

/** Why an import is not allowed, or undefined. */
function refusal({ specifier }: ModuleImport, from: Importer): string | undefined {
  const target = relativeTarget(from.path, specifier);
  if (target === undefined) return packageRefusal(specifier, from);
  const place = placeOf(target);
  // Its package.json, for the version; and what tests compare with, such as golden files.
  if (target === `packages/${from.place.packageName}/package.json`) return undefined;
  if (isTestFile(from.path) && !isTypeScript(target)) return undefined;
  if (place?.packageName !== from.place.packageName) {
    return `imports ${target} by its path: import a package by its name, nothing deeper`;
  }
  const room = roomOf(place, from.rooms);
  if (room === undefined) return `imports ${target}, which lies in no room of tools/layers.ts`;
  if (room === from.room) return undefined;
  if (room === ".") {
    return `imports ${target}, the root of its own package: import the file that defines it`;
  }
  return from.room === "." ? undefined : listed(room, from);
}

function packageRefusal(specifier: string, from: Importer): string | undefined {
  const own = /^@spoor\/([^/]+)(\/.*)?$/u.exec(specifier);
  if (own?.[2] !== undefined) {
    const isForTests = isTestFile(from.path) && from.testImports.has(specifier);
    if (isForTests) return packageRefusal(`@spoor/${own[1]}`, from);
    // A second public face of a package is allowed by name, room by room, like a package.
    if (!Object.values(from.rooms).some((names) => names.includes(specifier))) {
      return `imports the inside of a package, ${specifier}: import @spoor/${own[1]} only`;
    }
    return isTestFile(from.path) ? undefined : listed(specifier, from);
  }
  if (own?.[1] === from.place.packageName) {
    return `imports its own package by name: import the file that defines it`;
  }
  // A test may use whatever is installed, but a package of ours only where its package may.
  if (isTestFile(from.path)) {
    if (own === null) return undefined;
    const isListed = Object.values(from.rooms).some((names) => names.includes(specifier));
    return isListed ? undefined : `no room of ${from.place.packageName} may import ${specifier}`;
  }
  if (specifier.startsWith("node:") && from.rooms[from.room]?.includes("node:") === true) {
    return listed("node:", from);
  }
  return listed(npmName(specifier), from);
}

const TEST_ROOM = "fuzz";

function listed(name: string, { place, room, rooms, path, used }: Importer): string | undefined {
  const isAllowed = rooms[room]?.includes(name) === true;
  if (!isAllowed) {
    return `the room ${place.packageName}/${room} may not import ${name} (tools/layers.ts)`;
  }
  // What tests need is no reason for a line, except in a room that holds nothing else.
  if (!isTestFile(path) || room === TEST_ROOM) used.add(`${place.packageName}/${room}/${name}`);
  return undefined;
}

/** `hono/streaming` is part of the package `hono`, `@a/b/c` of `@a/b`. */
function npmName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The list itself: only downward, no room that is gone, no permission that nothing needs. */
function checkList({ packages }: Layers, used: ReadonlySet<string>): Problem[] {
  const messages: string[] = [];
  for (const [packageName, rooms] of Object.entries(packages)) {
    const order = Object.keys(rooms);
    for (const [room, names] of Object.entries(rooms)) {
      for (const name of names) {
        const isRoom = name in rooms;
        if (isRoom && order.indexOf(name) <= order.indexOf(room)) {
          messages.push(`${packageName}/${room} may import ${name}, which does not stand below it`);
        }
        if (!used.has(`${packageName}/${room}/${name}`)) {
          messages.push(`${packageName}/${room} may import ${name}, but never does: take it away`);
        }
      }
    }
  }
  return messages.map((message) => ({ path: "tools/layers.ts", line: 0, message }));
}

function checkCircles(sources: readonly SourceModule[]): Problem[] {
  const cycle = folderCycle(fileGraph(sources));
  if (cycle === undefined) return [];
  const message = `folders import each other in a circle: ${cycle.join(" -> ")}`;
  return [{ path: cycle[0] ?? "", line: 0, message }];
}

/** Files that something outside of the program starts. */
const ENTRY_FILE = /^packages\/[^/]+\/src\/(?:index\.ts|main\.tsx?)$/u;

/** Files that nothing starts and nothing imports, or that only their own tests keep alive. */
function checkReachable(modules: readonly SourceModule[], { entries }: Layers): Problem[] {
  const graph = fileGraph(modules);
  const paths = modules.map(({ path }) => path);
  const inPackage = paths.filter((path) => placeOf(path) !== undefined);
  const isEntry = (path: string) => ENTRY_FILE.test(path) || path in entries;
  const fromProduct = reachable(
    graph,
    inPackage.filter((path) => isEntry(path)),
  );
  const dead = inPackage
    .filter((path) => !fromProduct.has(path) && !isTestFile(path))
    .map((path) => ({
      path,
      line: 0,
      message: "no entry point reaches this file: use it, delete it, or list it in tools/layers.ts",
    }));
  const gone = Object.keys(entries)
    .filter((path) => !paths.includes(path))
    .map((path) => ({ path: "tools/layers.ts", line: 0, message: `${path} does not exist` }));
  return [...dead, ...gone];
}

function checkTime({ path, program, text }: SourceModule, { timeReaders }: Layers): Problem[] {
  if (isTestFile(path) || path in timeReaders) return [];
  const problems: Problem[] = [];
  walk(program, (node) => {
    const read = text.slice(node.start, node.end);
    const isRead =
      (node.type === "MemberExpression" && TIME_MEMBERS.has(read)) ||
      (node.type === "NewExpression" && /^new Date(?:\(\))?$/u.test(read));
    if (!isRead) return;
    const message = `reads the time with ${read}: take a Clock as a constructor argument`;
    problems.push({ path, line: lineAt(text, node.start), message });
  });
  return problems;
}

const TIME_MEMBERS = new Set([
  "Date.now",
  "performance.now",
  "performance.timeOrigin",
  "process.hrtime",
  "process.hrtime.bigint",
]);
