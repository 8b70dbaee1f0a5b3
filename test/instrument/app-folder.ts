/** A folder with the applications of `apps/libraries`, as if each were a project of its own. */
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const APPS = fileURLToPath(new URL("apps/", import.meta.url));
const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** What stands in its package.json, and beside it. */
export interface AppFolderOptions {
  readonly dependencies: readonly string[];
  /** The `node_modules` that it has; those of this repository unless told otherwise. */
  readonly modules?: string;
}

/** A temporary folder, gone when it is disposed of. */
export class AppFolder implements Disposable {
  // Node says of its modules where they really are.
  readonly path: string = realpathSync(mkdtempSync(join(tmpdir(), "spoor-app-")));

  constructor({ dependencies, modules = MODULES }: AppFolderOptions) {
    for (const name of ["library.mjs", "library.cjs", "libraries"]) {
      cpSync(join(APPS, name), join(this.path, name), { recursive: true });
    }
    const versions = Object.fromEntries(dependencies.map((name) => [name, "*"]));
    const description = { name: "app", type: "module", dependencies: versions };
    this.write("package.json", JSON.stringify(description));
    symlinkSync(modules, join(this.path, "node_modules"));
  }

  /** Writes a file of it. */
  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  /** The URL of a file of it. */
  url(name: string): string {
    return pathToFileURL(join(this.path, name)).href;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
