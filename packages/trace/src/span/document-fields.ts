/** What the JSON forms of spans and of log records have in common. */

/** `{ [key]: value }`, or nothing where the value is zero, empty text or an empty list. */
export function unlessDefault<K extends string, V extends string | number | readonly unknown[]>(
  key: K,
  value: V,
): { readonly [P in K]?: V } {
  const isDefault = typeof value === "object" ? value.length === 0 : !value;
  // A computed key widens to a string index; the one key that is there is K.
  return isDefault ? {} : ({ [key]: value } as { readonly [P in K]: V });
}

/** The index of `item`, which is given the next one when it is new. */
export function indexOf<T>(indices: Map<T, number>, item: T): number {
  const known = indices.get(item);
  if (known !== undefined) return known;
  const index = indices.size;
  indices.set(item, index);
  return index;
}
