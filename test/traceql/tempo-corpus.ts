/*
 * The published corpus of queries of Grafana Tempo, which says what TraceQL is: queries that are
 * valid, and two kinds that are not.
 *
 * It is under another licence than this project and never becomes part of it: it is read from a
 * checkout that TEMPO_SOURCE names, or fetched from the Go module proxy into a cache of the user
 * when TEMPO_VERSION names a version (as in v1.5.0) that the proxy has.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { inflateRawSync } from "node:zlib";

const PATH = "pkg/traceql/test_examples.yaml";
const PROXY = "https://proxy.golang.org/github.com/grafana/tempo/@v";
const FETCH_MS_MAX = 60_000;

/** Queries by what should happen to them: `valid`, `parse_fails`, `validate_fails`. */
export type Corpus = ReadonlyMap<string, readonly string[]>;

/** The corpus, or why it is not here. */
export async function tempoCorpus(): Promise<Corpus | string> {
  const { TEMPO_SOURCE: source, TEMPO_VERSION: version } = process.env;
  if (source !== undefined) return readCorpus(readFileSync(join(source, PATH), "utf8"));
  if (version === undefined) return "neither TEMPO_SOURCE nor TEMPO_VERSION is set";
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const cached = join(cache, "spoor", `tempo-${version}`, PATH);
  if (!existsSync(cached)) {
    const text = await fetchCorpus(version);
    if (text === undefined) return `the Go module proxy does not have ${version}, or not that file`;
    mkdirSync(dirname(cached), { recursive: true });
    writeFileSync(cached, text);
  }
  return readCorpus(readFileSync(cached, "utf8"));
}

async function fetchCorpus(version: string): Promise<string | undefined> {
  const url = `${PROXY}/${encodeURIComponent(version)}.zip`;
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS_MAX) }).catch(
    () => undefined,
  );
  if (response?.ok !== true) return undefined;
  return zipEntry(Buffer.from(await response.arrayBuffer()), `/${PATH}`);
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

/** The file is a map of lists of quoted texts: no more of YAML is needed. */
function readCorpus(text: string): Corpus {
  const corpus = new Map<string, string[]>();
  let section: string[] = [];
  for (const line of text.split("\n")) {
    const name = /^(\w+):/u.exec(line)?.[1];
    if (name !== undefined) {
      section = [];
      corpus.set(name, section);
      continue;
    }
    const single = /^\s+- '((?:[^']|'')*)'/u.exec(line)?.[1];
    const double = /^\s+- ("(?:[^"\\]|\\.)*")/u.exec(line)?.[1];
    if (single !== undefined) section.push(single.replaceAll("''", "'"));
    // In such a list the escapes of YAML are those of JSON.
    else if (double !== undefined) section.push(JSON.parse(double) as string);
  }
  return corpus;
}
