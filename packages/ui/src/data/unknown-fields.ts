/*
 * Attributes that a query asks for and nobody sends, and what was most likely meant.
 */
import { type AttributeKeyDocument, type AttributeKeysAnswer, nearest } from "@spoor/trace";

/** An attribute that does not occur. */
export interface UnknownField {
  /** As it stands in the query. */
  readonly written: string;
  /** Undefined where nothing is near. */
  readonly meant: AttributeKeyDocument | undefined;
}

const SCOPED = /(?<![\w."])(?:(span|resource|event|link|instrumentation)\.|\.)([A-Za-z_][\w./-]*)/g;
const TEXT = /"(?:[^"\\]|\\.)*"|`[^`]*`/g;

/**
 * The attributes of `traceql` that `keys` does not have; none when `keys` is not the whole list,
 * because then nobody knows.
 */
export function unknownFields(
  traceql: string,
  { keys, capped, complete }: AttributeKeysAnswer,
): UnknownField[] {
  if (capped !== null || !complete || keys.length === 0) return [];
  const found = new Map<string, UnknownField>();
  for (const [written, scope, key = ""] of traceql.replace(TEXT, '""').matchAll(SCOPED)) {
    const candidates = keys.filter((one) =>
      scope === undefined ? one.scope === "span" || one.scope === "resource" : one.scope === scope,
    );
    // `span.name` and its like are no attributes; they are spelled with a colon.
    if (candidates.some((one) => one.key === key)) continue;
    found.set(written, { written, meant: meantBy(key, candidates) });
  }
  return [...found.values()];
}

/** Keys are renamed by words between their words: `http.status` to `http.response.status_code`. */
function meantBy(
  key: string,
  candidates: readonly AttributeKeyDocument[],
): AttributeKeyDocument | undefined {
  const words = wordsOf(key);
  const renamed = candidates
    .filter((one) => isWithin(words, wordsOf(one.key)))
    .toSorted((a, b) => b.count - a.count)[0];
  if (renamed !== undefined) return renamed;
  const near = nearest(
    key,
    candidates.map((one) => one.key),
  );
  return candidates.find((one) => one.key === near);
}

function wordsOf(key: string): string[] {
  return key.toLowerCase().split(/[._/-]+/);
}

/** Whether all of `words` are among `others`, in their order. */
function isWithin(words: readonly string[], others: readonly string[]): boolean {
  let from = 0;
  for (const word of words) {
    const at = others.indexOf(word, from);
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}
