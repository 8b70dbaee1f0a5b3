/*
 * JSON in replies. Unlike requests they come from servers we chose to speak to, so a field of a
 * wrong type is read as absent; only a body that is no JSON object is malformed.
 */
import { MalformedInput } from "../protobuf/malformed.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A JSON object. */
export type JsonReply = Readonly<Record<string, unknown>>;

/** A document as UTF-8. */
export function encodeJson(document: JsonReply): Uint8Array {
  return encoder.encode(JSON.stringify(document));
}

/** @throws MalformedInput when the body is not a JSON object. */
export function parseJsonObject(body: Uint8Array): JsonReply {
  let document: unknown;
  try {
    document = JSON.parse(decoder.decode(body));
  } catch (error) {
    throw new MalformedInput(`not JSON: ${error instanceof Error ? error.message : "unreadable"}`);
  }
  if (!isObject(document)) throw new MalformedInput("the document must be a JSON object");
  return document;
}

/** A field that holds an object; empty when there is none. */
export function objectOf(object: JsonReply, name: string): JsonReply {
  const value = object[name];
  return isObject(value) ? value : {};
}

/** A field that holds text; empty when there is none. */
export function textOf(object: JsonReply, name: string): string {
  const value = object[name];
  return typeof value === "string" ? value : "";
}

/** A field that holds an integer as text or as a number; 0 when there is none. */
export function integerOf(object: JsonReply, name: string): number {
  const value = object[name];
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : 0;
}

/** A field that holds a list of objects; members of another kind are left out. */
export function objectsOf(object: JsonReply, name: string): JsonReply[] {
  const value = object[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is JsonReply {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
