/*
 * The repository's source files, parsed once for every check: which files there are, what each
 * imports, its syntax tree and its comments.
 *
 * The parser is oxc-parser because TypeScript 7 has no API: tools built on the old one find no
 * module at all under it and report success.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Comment, type Node, parseSync, type Program, visitorKeys } from "oxc-parser";

/** The folder that holds the repository. */
export const REPOSITORY: string = dirname(dirname(fileURLToPath(import.meta.url)));

/** One source file. Paths are relative to the repository and use `/`. */
export interface SourceModule {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly ModuleImport[];
}

/** One mention of another module, whether a value or a type is taken from it. */
export interface ModuleImport {
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Something that a check found, in words that say what to do about it. */
export interface Problem {
  readonly path: string;
  /** Counted from 1; 0 where the problem is about the file as a whole. */
  readonly line: number;
  readonly message: string;
}

/** `path:line: message`, which editors and terminals turn into a link. */
export function problemText({ path, line, message }: Problem): string {
  return line === 0 ? `${path}: ${message}` : `${path}:${line}: ${message}`;
}

/** Every file that git tracks or would track, without those deleted in the working tree. */
export function repositoryFiles(root: string = REPOSITORY): string[] {
  // In a container the clone often belongs to another user, which git would refuse.
  const output = execFileSync(
    "git",
    ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  const paths = new Set(output.split("\0").filter((path) => path !== ""));
  return [...paths].filter((path) => existsSync(join(root, path))).toSorted();
}

/** Whether `path` is TypeScript that people write. */
export function isTypeScript(path: string): boolean {
  return /\.tsx?$/u.test(path) && !path.endsWith(".d.ts");
}

/** Whether `path` holds tests, contract suites, benchmarks or fuzzers: no part of the product. */
export function isTestFile(path: string): boolean {
  return /\.(?:test|bench|fuzz|contract)\.tsx?$/u.test(path);
}

/** Parses every TypeScript file among `paths`. */
export function readModules(paths: readonly string[], root: string = REPOSITORY): SourceModule[] {
  return paths
    .filter((path) => isTypeScript(path))
    .map((path) => parseModule(path, readFileSync(join(root, path), "utf8")));
}

/**
 * Parses one file.
 *
 * @throws SyntaxError when it cannot be parsed: a check of half a file would be a green lie.
 */
export function parseModule(path: string, text: string): SourceModule {
  const { program, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`cannot parse ${path}: ${error.message}`);
  return { path, text, program, comments, imports: importsOf(program, text) };
}

/** Calls `visit` for `node` and everything below it, outer nodes first. */
export function walk(
  node: Node,
  visit: (node: Node, ancestors: readonly Node[]) => void,
  ancestors: readonly Node[] = [],
): void {
  visit(node, ancestors);
  const inner = [...ancestors, node];
  for (const key of visitorKeys[node.type] ?? []) {
    // The tree is typed node by node; visitorKeys names exactly the fields that hold nodes.
    const child = (node as unknown as Record<string, unknown>)[key];
    for (const item of Array.isArray(child) ? child : [child]) {
      if (isNode(item)) walk(item, visit, inner);
    }
  }
}

/** The line of the character at `offset`, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
  }
  return line;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

/**
 * Imports, re-exports, `import("…")` in code and in types, and `new URL("./…", import.meta.url)`,
 * by which a program names a worker or a child process.
 */
function importsOf(program: Program, text: string): ModuleImport[] {
  const imports: ModuleImport[] = [];
  walk(program, (node) => {
    const specifier = importedText(node);
    if (specifier !== undefined) imports.push({ specifier, line: lineAt(text, node.start) });
  });
  return imports;
}

function importedText(node: Node): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return literalText(node.source);
    case "NewExpression": {
      const isUrl = node.callee.type === "Identifier" && node.callee.name === "URL";
      const target = literalText(node.arguments[0]);
      return isUrl && target?.startsWith(".") === true ? target : undefined;
    }
    default:
      return undefined;
  }
}

function literalText(node: Node | null | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}
