import assert from "node:assert/strict";
import { test } from "node:test";

import { check, parse, print, problemText } from "@spoor/traceql";

import { type Corpus, tempoCorpus } from "./tempo-corpus.ts";

const corpus = await tempoCorpus();
const skip = typeof corpus === "string" ? corpus : false;

function section(name: string): readonly string[] {
  const queries = typeof corpus === "string" ? undefined : (corpus satisfies Corpus).get(name);
  assert.ok(queries !== undefined && queries.length > 0, `the corpus has ${name}`);
  return queries;
}

/** What is wrong with a query, in words; undefined for nothing. */
function refusal(text: string): string | undefined {
  const parsed = parse(text);
  if (!parsed.ok) return problemText(text, parsed.problem);
  const [problem] = check(parsed.query);
  return problem && problemText(text, problem);
}

test("every valid query is accepted, and reads back from what it prints", { skip }, () => {
  for (const text of section("valid")) {
    assert.equal(refusal(text), undefined, text);
    const parsed = parse(text);
    assert.ok(parsed.ok);
    const printed = print(parsed.query);
    assert.equal(refusal(printed), undefined, printed);
  }
});

test("every query that cannot be parsed or makes no sense is refused", { skip }, () => {
  for (const text of [...section("parse_fails"), ...section("validate_fails")]) {
    assert.notEqual(refusal(text), undefined, text);
  }
});
