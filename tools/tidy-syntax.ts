/*
 * Rules of STYLE.md that need the syntax tree and that the linter does not know.
 */
import type { Node, Program } from "oxc-parser";
import { isTestFile, lineAt, type Problem, type SourceModule, walk } from "./source-module.ts";

/** Casts and silent catches without a reason, and rules switched off without one. */
export function checkSyntax(module: SourceModule): Problem[] {
  const { path, text, program, comments } = module;
  const problems: Problem[] = [];
  const add = (offset: number, message: string) => {
    problems.push({ path, line: lineAt(text, offset), message });
  };
  walk(program, (node, ancestors) => {
    if (node.type === "CatchClause" && node.body.body.length === 0) {
      if (!isExplained(module, node, ancestors)) add(node.start, "an empty catch says no reason");
    }
    if (isCast(node) && !isTestFile(path) && !isExplained(module, node, ancestors)) {
      add(node.start, "a cast needs a comment that says why it is true");
    }
  });
  for (const { value, start } of comments) {
    if (/@ts-(?:ignore|nocheck)/u.test(value)) add(start, "the compiler is not switched off");
    if (/(?:ox|es)lint-disable|@ts-expect-error/u.test(value) && !/ -- \w/u.test(value)) {
      add(start, "a rule is switched off without its reason: add ` -- why`");
    }
  }
  return problems;
}

/** The names that a module exports or passes on. */
export function exportedNames({ program }: SourceModule): string[] {
  const passedOn = program.body.flatMap((statement) =>
    statement.type === "ExportNamedDeclaration" ? statement.specifiers : [],
  );
  return [
    ...exportedDeclarations(program).map(({ name }) => name),
    ...passedOn.flatMap(({ local }) => (local.type === "Literal" ? [] : [local.name])),
  ];
}

/**
 * Exported declarations of `module` that no docstring stands above. A constant needs none unless
 * the package shows it to others (`publicNames`): inside, its name and its neighbours explain it.
 */
export function checkDocstrings(
  { path, text, program, comments }: SourceModule,
  publicNames: ReadonlySet<string>,
): Problem[] {
  return exportedDeclarations(program)
    .filter(({ name, isConstant }) => !isConstant || publicNames.has(name))
    .filter(({ start }) => {
      const before = comments.findLast(({ end }) => end <= start);
      const isAbove = before !== undefined && text.slice(before.end, start).trim() === "";
      return !isAbove || !before.value.startsWith("*");
    })
    .map(({ name, start }) => ({
      path,
      line: lineAt(text, start),
      message: `${name} is exported and has no docstring`,
    }));
}

interface Declared {
  readonly name: string;
  readonly start: number;
  readonly isConstant: boolean;
}

/** One entry a declaration; overloads count once, at the first. */
function exportedDeclarations(program: Program): Declared[] {
  const declared = new Map<string, Declared>();
  for (const statement of program.body) {
    if (statement.type !== "ExportNamedDeclaration" || statement.declaration === null) continue;
    const { declaration } = statement;
    const isConstant = "declarations" in declaration;
    const ids = isConstant ? declaration.declarations.map(({ id }) => id) : [idOf(declaration)];
    for (const id of ids) {
      const name = id?.type === "Identifier" ? id.name : "this";
      if (!declared.has(name)) declared.set(name, { name, start: statement.start, isConstant });
    }
  }
  return [...declared.values()];
}

function idOf(declaration: Node): Node | null | undefined {
  return "id" in declaration ? declaration.id : undefined;
}

/** `x as T` and `<T>x`, but not `x as const`, which claims nothing. */
function isCast(node: Node): boolean {
  if (node.type === "TSTypeAssertion") return true;
  if (node.type !== "TSAsExpression") return false;
  const { typeAnnotation: type } = node;
  const isConst =
    type.type === "TSTypeReference" &&
    type.typeName.type === "Identifier" &&
    type.typeName.name === "const";
  return !isConst;
}

/** Whether a comment stands in the statement around `node`, or on the line above it. */
function isExplained(
  { text, comments }: SourceModule,
  node: Node,
  ancestors: readonly Node[],
): boolean {
  const around = ancestors.findLast(({ type }) => STATEMENT.test(type)) ?? node;
  const firstLine = Math.min(lineAt(text, around.start), lineAt(text, node.start));
  const lastLine = lineAt(text, node.end);
  return comments.some(
    ({ start, end }) =>
      lineAt(text, end) >= firstLine - 1 && lineAt(text, start) <= lastLine && end > 0,
  );
}

const STATEMENT = /Statement$|Declaration$|PropertyDefinition$|^Property$/u;
