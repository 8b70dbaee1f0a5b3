import { MalformedInput } from "../protobuf/malformed.ts";

/** Parses JSON; integers that a double cannot hold become bigints. @throws MalformedInput */
export function parseJson(text: string): unknown {
  try {
    return LONG_INTEGER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
  } catch (error) {
    throw new MalformedInput(`not JSON: ${error instanceof Error ? error.message : "unreadable"}`);
  }
}

/** A number of 16 digits or more outside quotes, or something in a text that looks like one. */
const LONG_INTEGER = /[:[,]\s*-?\d{16}/;

const INTEGER = /^-?\d+$/;

function exactInteger(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return INTEGER.test(source) ? BigInt(source) : value;
}
