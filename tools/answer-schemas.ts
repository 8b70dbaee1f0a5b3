/*
 * The JSON schemas of what the API answers, made from the types in packages/trace that the server,
 * the page and the command line are compiled against: one declaration, which cannot differ from
 * itself.
 *
 * Every exported interface in `packages/trace/src/answer` is described, and whatever those refer
 * to. What an interface extends is written out in it. A form of type that nobody has needed yet is
 * an error, not an empty schema.
 */
import type { Comment, Node } from "oxc-parser";
import { isTestFile, readModules, repositoryFiles, type SourceModule } from "./source-module.ts";

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** Types by their names, and constants whose values types are made of. */
interface Declarations {
  readonly types: ReadonlyMap<string, Declared>;
  readonly constants: ReadonlyMap<string, Node>;
}

interface Declared {
  readonly node: Node;
  readonly comments: readonly Comment[];
  readonly text: string;
  readonly isAnswer: boolean;
}

/** All schemas by the names of their types, in the order of the alphabet. */
export function answerSchemas(): Readonly<Record<string, Schema>> {
  const paths = repositoryFiles().filter(
    (path) => path.startsWith("packages/trace/src/") && !isTestFile(path),
  );
  return schemasOf(readModules(paths));
}

/** The schemas that some modules declare; those below `/answer/` are the beginning. */
export function schemasOf(modules: readonly SourceModule[]): Readonly<Record<string, Schema>> {
  const declarations = declarationsOf(modules);
  const wanted = Array.from(declarations.types)
    .filter(([, { isAnswer }]) => isAnswer)
    .map(([name]) => name);
  const schemas = new Map<string, Schema>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (schemas.has(name)) continue;
    schemas.set(name, new Describer(declarations, (other) => wanted.push(other)).named(name));
  }
  return Object.fromEntries([...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function declarationsOf(modules: readonly SourceModule[]): Declarations {
  const types = new Map<string, Declared>();
  const constants = new Map<string, Node>();
  for (const { path, text, program, comments } of modules) {
    for (const statement of program.body) {
      const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
      if (node?.type === "TSInterfaceDeclaration" || node?.type === "TSTypeAliasDeclaration") {
        const isAnswer = path.includes("/answer/") && node.type === "TSInterfaceDeclaration";
        const isExported = node !== statement;
        // Two modules may have a name of their own each; the exported one is meant.
        if (isExported || !types.has(node.id.name)) {
          types.set(node.id.name, { node, comments, text, isAnswer: isAnswer && isExported });
        }
      }
      if (node?.type !== "VariableDeclaration") continue;
      for (const { id, init } of node.declarations) {
        if (id.type === "Identifier" && init !== null) constants.set(id.name, init);
      }
    }
  }
  return { types, constants };
}

class Describer {
  readonly #declarations: Declarations;
  readonly #refer: (name: string) => void;

  constructor(declarations: Declarations, refer: (name: string) => void) {
    this.#declarations = declarations;
    this.#refer = refer;
  }

  named(name: string): Schema {
    const { node, comments, text } = this.#declared(name);
    if (node.type === "TSTypeAliasDeclaration") return this.#type(node.typeAnnotation);
    const description = descriptionBefore(statementStart(node, text), comments, text);
    return { ...description, ...objectOf(this.#membersOf(name)) };
  }

  #declared(name: string): Declared {
    const declared = this.#declarations.types.get(name);
    if (declared === undefined) throw new Error(`there is no type ${name} in packages/trace`);
    return declared;
  }

  /** The properties of an interface, with those of what it extends. */
  #membersOf(name: string): Map<string, Property> {
    const { node, comments, text } = this.#declared(name);
    if (node.type !== "TSInterfaceDeclaration") throw new Error(`${name} is no interface`);
    const members = new Map<string, Property>();
    for (const { expression, typeArguments } of node.extends) {
      const base = expression.type === "Identifier" ? expression.name : "";
      const inherited = this.#baseMembers(base, typeArguments?.params ?? []);
      for (const [key, property] of inherited) members.set(key, property);
    }
    for (const [key, property] of this.#properties(node.body.body, { comments, text })) {
      members.set(key, property);
    }
    return members;
  }

  #baseMembers(base: string, [of, names]: readonly Node[]): Map<string, Property> {
    if (of === undefined || names === undefined) return this.#membersOf(base);
    const members = this.#membersOf(referenceName(of));
    const listed = new Set(literalsOf(names));
    const keeps = (key: string): boolean => listed.has(key) === (base === "Pick");
    return new Map([...members].filter(([key]) => keeps(key)));
  }

  #properties(
    members: readonly Node[],
    source: Pick<Declared, "comments" | "text">,
  ): Map<string, Property> {
    const properties = new Map<string, Property>();
    for (const member of members) {
      if (member.type !== "TSPropertySignature" || member.key.type !== "Identifier") {
        throw new Error(`cannot describe a ${member.type}`);
      }
      const type = member.typeAnnotation?.typeAnnotation;
      if (type === undefined) throw new Error(`${member.key.name} has no type`);
      const description = descriptionBefore(member.start, source.comments, source.text);
      properties.set(member.key.name, {
        schema: () => ({ ...this.#type(type), ...description }),
        isRequired: !member.optional,
      });
    }
    return properties;
  }

  #type(node: Node): Schema {
    switch (node.type) {
      case "TSStringKeyword":
        return { type: "string" };
      case "TSNumberKeyword":
        return { type: "number" };
      case "TSBooleanKeyword":
        return { type: "boolean" };
      case "TSNullKeyword":
        return { type: "null" };
      case "TSParenthesizedType":
        return this.#type(node.typeAnnotation);
      case "TSTypeOperator":
        return this.#type(node.typeAnnotation);
      case "TSArrayType":
        return { type: "array", items: this.#type(node.elementType) };
      case "TSLiteralType":
        return { const: literalsOf(node)[0] };
      case "TSUnionType":
        return this.#union(node.types);
      case "TSTypeLiteral":
        return objectOf(this.#properties(node.members, { comments: [], text: "" }));
      case "TSIndexedAccessType":
        return this.#valuesOf(node);
      case "TSTypeReference":
        return this.#reference(node);
      default:
        throw new Error(`cannot describe a ${node.type}`);
    }
  }

  #union(types: readonly Node[]): Schema {
    if (types.every(({ type }) => type === "TSLiteralType")) {
      return { enum: types.flatMap(literalsOf) };
    }
    return { anyOf: types.map((type) => this.#type(type)) };
  }

  #reference(node: Extract<Node, { type: "TSTypeReference" }>): Schema {
    const name = referenceName(node);
    const [first, second] = node.typeArguments?.params ?? [];
    if (name === "Readonly" && first !== undefined) return this.#type(first);
    if (name === "Record" && second !== undefined) {
      return { type: "object", additionalProperties: this.#type(second) };
    }
    this.#declared(name);
    this.#refer(name);
    return { $ref: `#/components/schemas/${name}` };
  }

  /** `(typeof X)[keyof typeof X]` and `(typeof X)[number]`: the values of a constant. */
  #valuesOf({ objectType }: Extract<Node, { type: "TSIndexedAccessType" }>): Schema {
    const query =
      objectType.type === "TSParenthesizedType" ? objectType.typeAnnotation : objectType;
    const name =
      query.type === "TSTypeQuery" && query.exprName.type === "Identifier"
        ? query.exprName.name
        : "";
    const constant = this.#declarations.constants.get(name);
    if (constant === undefined) throw new Error("cannot describe an indexed access");
    return { enum: constantValues(constant) };
  }
}

interface Property {
  /** Not before it is known to be wanted: what is left out may have no schema. */
  readonly schema: () => Schema;
  readonly isRequired: boolean;
}

function objectOf(members: ReadonlyMap<string, Property>): Schema {
  const required = Array.from(members)
    .filter(([, { isRequired }]) => isRequired)
    .map(([key]) => key);
  return {
    type: "object",
    properties: Object.fromEntries(Array.from(members, ([key, { schema }]) => [key, schema()])),
    ...(required.length === 0 ? {} : { required }),
  };
}

function referenceName(node: Node): string {
  if (node.type === "TSTypeReference" && node.typeName.type === "Identifier") {
    return node.typeName.name;
  }
  throw new Error(`cannot describe a ${node.type}`);
}

/** The texts and numbers of a literal or of a union of literals. */
function literalsOf(node: Node): (string | number)[] {
  if (node.type === "TSUnionType") return node.types.flatMap(literalsOf);
  const value =
    node.type === "TSLiteralType" && "value" in node.literal ? node.literal.value : undefined;
  if (typeof value === "string" || typeof value === "number") return [value];
  throw new Error(`cannot describe a literal ${node.type}`);
}

function constantValues(node: Node): unknown[] {
  if (node.type === "TSAsExpression") return constantValues(node.expression);
  if (node.type === "Literal") return [node.value];
  if (node.type === "ArrayExpression") {
    return node.elements.flatMap((element) => (element === null ? [] : constantValues(element)));
  }
  if (node.type !== "ObjectExpression") throw new Error(`cannot describe a ${node.type}`);
  return node.properties.flatMap((property) =>
    property.type === "Property" ? constantValues(property.value) : [],
  );
}

/** Where the statement begins that exports a declaration. */
function statementStart(node: Node, text: string): number {
  const exporting = "export ";
  return text.endsWith(exporting, node.start) ? node.start - exporting.length : node.start;
}

/** The docstring that ends just before an offset. */
function descriptionBefore(
  offset: number,
  comments: readonly Comment[],
  text: string,
): { readonly description?: string } {
  const comment = comments.findLast(({ end }) => end <= offset);
  const isDocstring =
    comment?.value.startsWith("*") === true && text.slice(comment.end, offset).trim() === "";
  if (!isDocstring) return {};
  const description = comment.value
    .replaceAll(/^\s*\*+ ?/gmu, "")
    .replaceAll(/\{@link ([^}]+)\}/gu, "$1")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return { description };
}
