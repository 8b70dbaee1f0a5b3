/** `T` without the properties that are undefined. */
export type Known<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out the properties that are undefined: what is not known is not there. */
export function known<T extends object>(fields: T): Known<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  // Only entries without undefined are left, which is what the type says.
  return Object.fromEntries(entries) as Known<T>;
}
