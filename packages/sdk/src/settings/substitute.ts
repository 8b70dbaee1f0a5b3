/*
 * Environment variables in a configuration file: `${NAME}`, `${env:NAME}`, `${NAME:-default}`, and
 * `$$` for a dollar sign (configuration/data-model.md, "Environment variable substitution"). What a
 * variable holds is never read as structure and never substituted again.
 */
import type { TextOf } from "./read-variables.ts";

const REFERENCE = /\$\$|\$\{([^}\n]*)\}/g;
const INSIDE = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/;

/** `text` with its references replaced. @throws Error for a reference that is none. */
export function substitute(text: string, environment: TextOf): string {
  return text.replaceAll(REFERENCE, (whole: string, inside: string | undefined) => {
    if (inside === undefined) return "$";
    const match = INSIDE.exec(inside);
    if (match === null) throw new Error(`${whole} is not a reference to an environment variable`);
    const value = environment[match[1] ?? ""];
    return value === undefined || value === "" ? (match[2] ?? "") : value;
  });
}

/** Every text in a JSON document with its references replaced; keys stay as they are. */
export function substituteScalars(value: unknown, environment: TextOf): unknown {
  if (typeof value === "string") return substitute(value, environment);
  if (Array.isArray(value)) return value.map((member) => substituteScalars(member, environment));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, substituteScalars(member, environment)]),
  );
}
