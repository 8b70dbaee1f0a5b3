/*
 * Reads single fields of a parsed JSON document by the rules of proto3's JSON mapping
 * (protobuf.dev/programming-guides/json) with the changes of OTLP (ids in hex, enums as integers).
 *
 * A field may be spelled in lowerCamelCase or in snake_case; null means absent; unknown fields are
 * never looked at. A value of the wrong type is malformed, and the message names its JSON path:
 * paths are linked lists built only for objects, not for every field.
 */
import { bytesOfBase64 } from "@spoor/trace";
import { MalformedInput } from "../protobuf/malformed.ts";

/** An object of a JSON document. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Where an object stands in its document. */
export interface JsonPath {
  readonly parent: JsonPath | undefined;
  readonly field: string;
  /** The index in a list, or -1. */
  readonly index: number;
}

/** An object with its place. */
export interface JsonNode {
  readonly object: JsonObject;
  readonly path: JsonPath | undefined;
}

const UINT32_MAX = 0xffff_ffff;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;
const INTEGER = /^-?\d{1,20}$/;
const NUMBER = /^(?:-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/;

const NO_NODES: readonly JsonNode[] = [];

/** The whole document, which must be an object. */
export function rootNode(document: unknown): JsonNode {
  if (!isObject(document)) throw new MalformedInput("the document must be a JSON object");
  return { object: document, path: undefined };
}

/** The value of a field under either spelling; undefined when it is absent or null. */
export function fieldOf({ object }: JsonNode, name: string): unknown {
  return object[name] ?? object[snakeCase(name)] ?? undefined;
}

/** A field that holds text; empty when absent. */
export function textField(node: JsonNode, name: string): string {
  const value = fieldOf(node, name);
  if (value === undefined) return "";
  if (typeof value !== "string") fail(node, name, "a string");
  return value;
}

/** A field that holds a number from 0 to 2^32-1, written as a number or as text. */
export function uint32Field(node: JsonNode, name: string): number {
  const value = integerField(node, name) ?? 0n;
  if (value < 0n || value > UINT32_MAX) fail(node, name, "an integer from 0 to 2^32-1");
  return Number(value);
}

/** A field that holds a number from 0 to 2^64-1, written as text or as a number. */
export function uint64Field(node: JsonNode, name: string): bigint {
  const value = integerField(node, name) ?? 0n;
  if (value < 0n || value > UINT64_MAX) fail(node, name, "an integer from 0 to 2^64-1");
  return value;
}

/** A signed 64-bit integer; undefined when absent. */
export function int64Field(node: JsonNode, name: string): bigint | undefined {
  const value = integerField(node, name);
  if (value !== undefined && (value < INT64_MIN || value > INT64_MAX)) {
    fail(node, name, "an integer from -2^63 to 2^63-1");
  }
  return value;
}

/** A double; undefined when absent. Text is read as proto3 allows: "NaN", "-Infinity", "1.5". */
export function doubleField(node: JsonNode, name: string): number | undefined {
  const value = fieldOf(node, name);
  if (value === undefined || typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || !NUMBER.test(value)) fail(node, name, "a number");
  return Number(value);
}

/** A bool; undefined when absent. */
export function boolField(node: JsonNode, name: string): boolean | undefined {
  const value = fieldOf(node, name);
  if (value !== undefined && typeof value !== "boolean") fail(node, name, "true or false");
  return value;
}

/** Bytes in base64; undefined when absent. */
export function bytesField(node: JsonNode, name: string): Uint8Array | undefined {
  const value = fieldOf(node, name);
  if (value === undefined) return undefined;
  const bytes = typeof value === "string" ? bytesOfBase64(value) : undefined;
  return bytes ?? fail(node, name, "text in base64");
}

/** An enum: its number or the name of its value; undefined when absent. */
export function enumField(node: JsonNode, name: string): string | number | undefined {
  const value = fieldOf(node, name);
  if (value === undefined || typeof value === "string") return value;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    fail(node, name, "an integer or the name of an enum value");
  }
  return value;
}

/** A field that holds one object; undefined when absent. */
export function nodeField(node: JsonNode, name: string): JsonNode | undefined {
  const object = fieldOf(node, name);
  if (object === undefined) return undefined;
  if (!isObject(object)) fail(node, name, "an object");
  return { object, path: { parent: node.path, field: name, index: -1 } };
}

/** A field that holds a list of objects; empty when absent. */
export function nodesField(node: JsonNode, name: string): readonly JsonNode[] {
  const list = fieldOf(node, name);
  if (list === undefined) return NO_NODES;
  if (!Array.isArray(list)) fail(node, name, "a list");
  return list.map((object: unknown, index) => {
    if (!isObject(object)) fail(node, `${name}[${index}]`, "an object");
    return { object, path: { parent: node.path, field: name, index } };
  });
}

/** A field that holds a list of texts; empty when absent. */
export function textsField(node: JsonNode, name: string): string[] {
  const list = fieldOf(node, name) ?? [];
  if (!Array.isArray(list)) fail(node, name, "a list");
  return list.map((text: unknown, index) => {
    if (typeof text !== "string") fail(node, `${name}[${index}]`, "a string");
    return text;
  });
}

/** @throws MalformedInput always: "<path of the field> must be <what>". */
export function fail(node: JsonNode, name: string, what: string): never {
  const prefix = pathText(node.path);
  const place = prefix === "" ? name : `${prefix}.${name}`;
  throw new MalformedInput(`${place} must be ${what}`);
}

function integerField(node: JsonNode, name: string): bigint | undefined {
  const value = fieldOf(node, name);
  switch (typeof value) {
    case "undefined":
      return undefined;
    case "bigint":
      return value;
    case "string":
      return INTEGER.test(value) ? BigInt(value) : fail(node, name, "an integer");
    case "number":
      return Number.isInteger(value) ? BigInt(value) : fail(node, name, "an integer");
    default:
      return fail(node, name, "an integer");
  }
}

/** Whether a value of a document is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pathText(path: JsonPath | undefined): string {
  if (path === undefined) return "";
  const { parent, field, index } = path;
  const step = index < 0 ? field : `${field}[${index}]`;
  return parent === undefined ? step : `${pathText(parent)}.${step}`;
}

const snakeNames = new Map<string, string>();

/** The second spelling of a field. Cached; only names of our own get here. */
export function snakeCase(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return snake;
}
