/*
 * The published corpus of queries: which are valid, and two kinds that are not.
 */
import { tempoFile } from "./tempo-source.ts";

/** Queries by what should happen to them: `valid`, `parse_fails`, `validate_fails`. */
export type Corpus = ReadonlyMap<string, readonly string[]>;

/** The corpus, or why it is not here. */
export async function tempoCorpus(): Promise<Corpus | string> {
  const file = await tempoFile("pkg/traceql/test_examples.yaml");
  return "missing" in file ? file.missing : readCorpus(file.text);
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
