import { createRequire } from "node:module";

/**
 * The prototypes of a class of a driver that does not export it: from each module that was loaded
 * from such a path, which exports the class itself or under `name`.
 */
export function loadedClasses(path: RegExp, name?: string): object[] {
  const { cache } = createRequire(import.meta.url);
  return Object.entries(cache).flatMap(([loadedPath, loaded]) => {
    if (!path.test(loadedPath)) return [];
    const exports: unknown = loaded?.exports;
    // Objects of which the lines below look at one field.
    const Class = (name === undefined ? exports : Reflect.get(Object(exports), name)) as
      | { readonly prototype?: object }
      | undefined;
    return Class?.prototype === undefined ? [] : [Class.prototype];
  });
}
