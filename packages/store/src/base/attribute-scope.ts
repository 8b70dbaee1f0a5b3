import type { AttributeValue } from "@spoor/trace";

/** What attributes stand on; the position is the number under which the tables have it. */
export const ATTRIBUTE_SCOPES = ["span", "event", "link", "resource", "scope"] as const;

/** What an attribute stands on. */
export type AttributeScope = (typeof ATTRIBUTE_SCOPES)[number];

/** The type of an attribute value; `other` is for bytes, lists, maps and empty values. */
export type AttributeTypeName = "string" | "int" | "double" | "bool" | "other";

/** The type of `value`. */
export function attributeTypeName(value: AttributeValue): AttributeTypeName {
  switch (typeof value) {
    case "string":
      return "string";
    case "bigint":
      return "int";
    case "number":
      return "double";
    case "boolean":
      return "bool";
    default:
      return "other";
  }
}
