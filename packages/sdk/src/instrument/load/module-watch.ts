/*
 * Hears of a library just before it is loaded for the first time, from CommonJS and from ES modules
 * alike, and lets it be loaded with everything in place.
 *
 * How (Node 22.15 and newer): a synchronous resolve hook sees each name that is imported or
 * required. When it is a library's, `arm` sets up its instrumentation, which hooks `require`; then
 * the library is required once, from the same place, through that hook. An `import` of a CommonJS
 * package, and the `require` that is under way, find it in Node's cache: patched. No module is
 * wrapped, so live bindings, `export *` and stack traces stay what they are, and modules that are
 * none of our libraries cost one look at their name. Of a package that has ES modules of its own,
 * the very module that is imported is required (Node can), so that its classes can be changed.
 *
 * Older versions have no such hook that is synchronous. There the libraries that the application's
 * package.json names are loaded in advance (`loadNow`).
 *
 * Limits: the official packages hook `require` only, so they miss what is an ES module only; and a
 * bundled application has no modules left to see.
 */
import module, { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Library, libraryOf } from "./catalogue.ts";

/** What is done with a library. */
export interface LibraryListener {
  /** Sets up the instrumentation. Called once per library; false when there is none. */
  arm(library: Library): boolean;
  /** A module of an armed library is loaded; `specifier` is the name under which. */
  loaded(library: Library, specifier: string, exports: unknown): void;
  /** A copy of `@opentelemetry/api` is loaded; its URL. */
  apiLoaded(url: string): void;
  /** Something went wrong; the application goes on without this instrumentation. */
  failed(library: Library, error: unknown): void;
}

/** A module system that hooks may be registered with; `node:module` since 22.15. */
interface HookableModule {
  registerHooks?(hooks: {
    resolve(
      specifier: string,
      context: ResolveContext,
      next: NextResolve,
    ): { readonly url: string };
  }): { deregister(): void };
}

interface ResolveContext {
  /** `import` among them when it is imported, `require` when it is required. */
  readonly conditions?: readonly string[];
  readonly parentURL?: string | undefined;
}

type NextResolve = (specifier: string, context: ResolveContext) => { readonly url: string };

const API = "@opentelemetry/api";

/** Whether this Node tells of modules before it loads them. */
export function canWatchModules(): boolean {
  // Node 20's declarations are those of Node 24.
  return (module as HookableModule).registerHooks !== undefined;
}

/** Watches the modules of this process. */
export class ModuleWatch {
  readonly #listener: LibraryListener;
  readonly #armed = new Map<Library, boolean>();
  readonly #loading = new Set<string>();
  #hooks: { deregister(): void } | undefined;

  constructor(listener: LibraryListener) {
    this.#listener = listener;
  }

  /** Begins to watch. Without `canWatchModules` nothing happens. */
  start(): void {
    // As above.
    this.#hooks = (module as HookableModule).registerHooks?.({
      resolve: (specifier, context, next) => {
        if (specifier === API) {
          const answer = next(specifier, context);
          this.#listener.apiLoaded(answer.url);
          return answer;
        }
        const library = libraryOf(specifier);
        if (library === undefined || context.parentURL === undefined) {
          return next(specifier, context);
        }
        if (
          library.modules.includes(specifier) &&
          context.conditions?.includes("import") === true
        ) {
          const answer = next(specifier, context);
          this.#prepare(library, specifier, answer.url, loadModule);
          return answer;
        }
        this.#prepare(library, specifier, context.parentURL, loadCommon);
        return next(specifier, context);
      },
    });
  }

  /** Hears of no further module. */
  stop(): void {
    this.#hooks?.deregister();
    this.#hooks = undefined;
  }

  /** Arms and loads a library as a module at `parentUrl` would. */
  loadNow(library: Library, specifier: string, parentUrl: string): void {
    this.#prepare(library, specifier, parentUrl, loadCommon);
  }

  /** Arms a library and loads the ES module at `url`, which is what `specifier` stands for. */
  loadModuleNow(library: Library, specifier: string, url: string): void {
    this.#prepare(library, specifier, url, loadModule);
  }

  /** Arms a library that need not be loaded for that. */
  armNow(library: Library): void {
    try {
      this.#arm(library);
    } catch (error) {
      this.#listener.failed(library, error);
    }
  }

  #prepare(library: Library, specifier: string, url: string, load: Load): void {
    // Whatever the library and its hooks ask for under this name meanwhile comes here, too.
    if (this.#loading.has(specifier) || !url.startsWith("file:")) return;
    // It only wants to know where the main module of a package is.
    if (url.includes("/require-in-the-middle/")) return;
    this.#loading.add(specifier);
    try {
      const isArmed = this.#arm(library);
      const exports = isArmed && !library.asksItself ? load(specifier, url) : undefined;
      if (exports !== undefined) this.#listener.loaded(library, specifier, exports);
    } catch (error) {
      this.#listener.failed(library, error);
    } finally {
      this.#loading.delete(specifier);
    }
  }

  #arm(library: Library): boolean {
    const known = this.#armed.get(library);
    if (known !== undefined) return known;
    // Before `arm`, which loads modules itself.
    this.#armed.set(library, false);
    const isArmed = this.#listener.arm(library);
    this.#armed.set(library, isArmed);
    return isArmed;
  }
}

/** Loads what a name stands for; undefined when it stands for nothing. */
type Load = (specifier: string, url: string) => unknown;

/** As a module at `url` would require it. */
function loadCommon(specifier: string, url: string): unknown {
  const require = createRequire(url);
  const path = resolvable(specifier, require);
  if (path === undefined) return undefined;
  const exports: unknown = require(specifier);
  const cached = require.cache[path];
  if (cached !== undefined && cached.exports !== exports) {
    require.cache[path] = withExports(cached, exports);
  }
  return exports;
}

/** The ES module at `url`: the same one that the `import` under way is going to have. */
function loadModule(_specifier: string, url: string): unknown {
  return createRequire(url)(fileURLToPath(url));
}

/**
 * Some instrumentations answer with other exports instead of changing those that there are. Whoever
 * loads the module after us takes what is in the cache; `import` takes what the module's entry had
 * when it was loaded, whatever was assigned to it since. So it gets a new entry.
 */
function withExports(loaded: NodeJS.Module, exports: unknown): NodeJS.Module {
  const entry = new module.Module(loaded.id);
  // With what the hooks of `require` keep there, or they would patch the patched exports.
  return Object.assign(entry, loaded, { exports });
}

/** What cannot be resolved fails where the application asks for it, with the usual error. */
function resolvable(specifier: string, require: NodeJS.Require): string | undefined {
  try {
    return require.resolve(specifier);
  } catch {
    return undefined;
  }
}
