/*
 * What the suites need and the project does not hold: their repositories, from GitHub, and the
 * test runner that they are written for, from npm. Kept under `node_modules/.cache`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "../..");
const CACHE = join(PROJECT, "node_modules/.cache/conformance");

/** The runner of the suites and what their files import. */
const TOOLS = { mocha: "11.8.0", sinon: "18.0.1", tsx: "4.23.15" } as const;

/** A repository at GitHub, at one commit. */
export interface Repository {
  readonly repository: string;
  readonly commit: string;
}

/**
 * The folder with a repository's files; undefined when it cannot be had. `SPOOR_CONFORMANCE_GIT`
 * names a folder with git repositories (`owner+name/repo`) for machines that do not reach GitHub.
 */
export function fetchRepository({ repository, commit }: Repository): string | undefined {
  const folder = join(CACHE, `${repository.replace("/", "+")}@${commit.slice(0, 12)}`);
  if (existsSync(join(folder, ".fetched"))) return folder;
  mkdirSync(folder, { recursive: true });
  const mirrors = process.env["SPOOR_CONFORMANCE_GIT"];
  const source =
    mirrors === undefined
      ? `https://github.com/${repository}.git`
      : join(mirrors, repository.replace("/", "+"), "repo");
  const git = (...args: string[]): void => {
    execFileSync("git", ["-C", folder, "-c", "safe.directory=*", ...args], { stdio: "pipe" });
  };
  try {
    git("init", "--quiet");
    git("fetch", "--quiet", "--depth", "1", source, commit);
    git("checkout", "--quiet", "--force", "FETCH_HEAD");
  } catch {
    // No network, no mirror: the caller prints that the suite was not run.
    return undefined;
  }
  writeFileSync(join(folder, ".fetched"), commit);
  return folder;
}

/** The folder whose `node_modules` hold the test runner; undefined when npm cannot be reached. */
export function fetchTools(): string | undefined {
  const folder = join(CACHE, "tools");
  if (existsSync(join(folder, "node_modules/tsx"))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const packages = Object.entries(TOOLS).map(([name, version]) => `${name}@${version}`);
  try {
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages];
    execFileSync("npm", args, { cwd: folder, stdio: "pipe" });
  } catch {
    // No network: the caller prints that the suite was not run.
    return undefined;
  }
  return folder;
}
