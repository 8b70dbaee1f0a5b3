import type { Attributes } from "@opentelemetry/api";
import type { AttributeValue, Resource } from "@spoor/trace";

/** The resource as processors of other SDKs read it. */
export function readableResource({ attributes }: Resource): { readonly attributes: Attributes } {
  const readable: Attributes = {};
  for (const [key, value] of attributes) readable[key] = readableValue(value);
  return { attributes: readable };
}

function readableValue(value: AttributeValue): string | number | boolean | string[] {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return value;
  }
  return Array.isArray(value) ? value.map(String) : JSON.stringify(value);
}
