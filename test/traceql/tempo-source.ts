/*
 * Files of the source of Grafana Tempo, which say what TraceQL is by examples.
 *
 * They are under another licence than this project and never become part of it: they are read from
 * a checkout that TEMPO_SOURCE names, or fetched from the Go module proxy into a cache of the user
 * when TEMPO_VERSION names a version (as in v1.5.0) that the proxy has.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { inflateRawSync } from "node:zlib";

const PROXY = "https://proxy.golang.org/github.com/grafana/tempo/@v";
const FETCH_MS_MAX = 60_000;

/** The text of a file, or why it is not here. */
export type TempoFile = { readonly text: string } | { readonly missing: string };

/** A file by its path from the root of the source. */
export async function tempoFile(path: string): Promise<TempoFile> {
  const { TEMPO_SOURCE: source, TEMPO_VERSION: version } = process.env;
  if (source !== undefined) return { text: readFileSync(join(source, path), "utf8") };
  if (version === undefined) return { missing: "neither TEMPO_SOURCE nor TEMPO_VERSION is set" };
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const cached = join(cache, "spoor", `tempo-${version}`, path);
  if (!existsSync(cached)) {
    const text = await fetchFile(version, path);
    if (text === undefined) {
      return { missing: `the Go module proxy does not have ${version}, or not ${path}` };
    }
    mkdirSync(dirname(cached), { recursive: true });
    writeFileSync(cached, text);
  }
  return { text: readFileSync(cached, "utf8") };
}

async function fetchFile(version: string, path: string): Promise<string | undefined> {
  const url = `${PROXY}/${encodeURIComponent(version)}.zip`;
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS_MAX) }).catch(
    () => undefined,
  );
  if (response?.ok !== true) return undefined;
  return zipEntry(Buffer.from(await response.arrayBuffer()), `/${path}`);
}

/** The text of the entry of a zip archive whose name ends so, found in its central directory. */
function zipEntry(zip: Buffer, suffix: string): string | undefined {
  const end = zip.lastIndexOf(Buffer.from("PK\u0005\u0006"));
  if (end === -1) return undefined;
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    if (name.endsWith(suffix)) {
      const start = zip.readUInt32LE(at + 42);
      const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
      const bytes = zip.subarray(data, data + zip.readUInt32LE(at + 20));
      return (zip.readUInt16LE(at + 10) === 0 ? bytes : inflateRawSync(bytes)).toString("utf8");
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return undefined;
}
