/*
 * The address of Compare: what stands on each side.
 *
 * A side is a trace (its id or how it begins), `typical`, or a set: all that a query finds, written
 * `q:` and the query.
 */

/** What Compare shows. Absent fields are at their default. */
export interface CompareSearch {
  readonly a?: string;
  readonly b?: string;
  /** The time that sets are looked for in; as in Explore. */
  readonly from?: string;
  readonly to?: string;
}

/** One side of a comparison. */
export type CompareSide =
  | { readonly kind: "none" }
  | { readonly kind: "typical" }
  | { readonly kind: "trace"; readonly reference: string }
  | { readonly kind: "set"; readonly q: string };

/** The known parameters of Compare; anything else in the address is left out. */
export function parseCompareSearch(raw: Readonly<Record<string, unknown>>): CompareSearch {
  const fields = ["a", "b", "from", "to"].flatMap((name) => {
    const value = raw[name];
    return typeof value === "string" && value !== "" ? [[name, value]] : [];
  });
  // Only the names of its fields, each with a text.
  return Object.fromEntries(fields) as CompareSearch;
}

/** What a side of the address means. */
export function compareSideOf(text: string | undefined): CompareSide {
  const given = (text ?? "").trim();
  if (given === "") return { kind: "none" };
  if (given === "typical") return { kind: "typical" };
  if (given.startsWith("q:")) return { kind: "set", q: given.slice(2).trim() };
  return { kind: "trace", reference: given };
}
