/** The parameters of one statement: no value of a query is ever part of its text. */
export class BoundSql {
  readonly parameters: Record<string, unknown> = {};
  readonly #known = new Map<string, string>();

  /** Binds a value and returns what stands for it in the statement. */
  bind(
    value: string | number | bigint | readonly string[] | readonly bigint[],
    type: string,
  ): string {
    const bound = typeof value === "string" ? value.toWellFormed() : value;
    const key = typeof bound === "object" ? undefined : `${type} ${typeof bound} ${String(bound)}`;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const name = `p${Object.keys(this.parameters).length}`;
    this.parameters[name] = typeof bound === "number" ? doubleParameter(bound) : bound;
    const placeholder = `{${name}:${type}}`;
    if (key !== undefined) this.#known.set(key, placeholder);
    return placeholder;
  }

  /** Binds a text. */
  text(value: string): string {
    return this.bind(value, "String");
  }
}

/** As ClickHouse reads a double, the smallest and the largest included. */
function doubleParameter(value: number): number | string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

/** All of the conditions; "1" without any. */
export function allOf(conditions: readonly string[]): string {
  const needed = conditions.filter((condition) => condition !== "1");
  if (needed.includes("0")) return "0";
  if (needed.length === 0) return "1";
  return needed.length === 1 ? (needed[0] ?? "1") : `(${needed.join(" AND ")})`;
}

/** One of the conditions; "0" without any. */
export function someOf(conditions: readonly string[]): string {
  const needed = [...new Set(conditions)].filter((condition) => condition !== "0");
  if (needed.includes("1")) return "1";
  if (needed.length === 0) return "0";
  return needed.length === 1 ? (needed[0] ?? "0") : `(${needed.join(" OR ")})`;
}

/** The opposite of a condition that is never NULL. */
export function noneOf(condition: string): string {
  if (condition === "1") return "0";
  return condition === "0" ? "1" : `NOT ${condition}`;
}
