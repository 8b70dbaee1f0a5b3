import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ATTRIBUTES, plainSpan, type Span } from "@spoor/trace";
import { SpanCache } from "./span-cache.ts";

interface Asked {
  readonly ids: readonly string[];
  readonly signal: AbortSignal;
  answer(ids: readonly string[]): void;
  fail(error: Error): void;
}

/** A cache whose questions are answered by hand, and the questions as they come. */
function cacheWithQuestions() {
  const questions: Asked[] = [];
  let onQuestion: (() => void) | undefined;
  const cache = new SpanCache([], (ids, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Span[]>();
    questions.push({ ids, signal, answer: (of) => resolve(of.map(spanOf)), fail: reject });
    onQuestion?.();
    return promise;
  });
  const question = async (index: number): Promise<Asked> => {
    for (;;) {
      const asked = questions[index];
      if (asked !== undefined) return asked;
      await new Promise<void>((resolve) => {
        onQuestion = resolve;
      });
    }
  };
  const told = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = cache.subscribe(() => {
        stop();
        resolve();
      });
    });
  return { cache, questions, question, told };
}

function spanOf(spanId: string): Span {
  const nothing = { attributes: NO_ATTRIBUTES, droppedAttributesCount: 0, schemaUrl: "" };
  return plainSpan({
    traceId: "",
    spanId,
    name: spanId,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    resource: { ...nothing, entityRefs: [] },
    scope: { ...nothing, name: "", version: "" },
  });
}

test("what is in sight is asked for once, in one question, the selection first", async () => {
  const { cache, questions, question, told } = cacheWithQuestions();
  cache.want("lines", ["a", "b"]);
  cache.want("selection", ["s"]);
  const first = await question(0);
  assert.deepEqual(first.ids, ["s", "a", "b"]);
  const news = told();
  first.answer(["s", "a"]);
  await news;
  assert.equal(cache.get("a")?.[0]?.name, "a");
  // Not there, and not asked for again.
  assert.deepEqual(cache.get("b"), []);
  cache.want("lines", ["a", "b", "c"]);
  assert.deepEqual((await question(1)).ids, ["c"]);
  assert.equal(questions.length, 2);
  cache.close();
});

test("a question of which nothing is wanted any more is given up", async () => {
  const { cache, question } = cacheWithQuestions();
  cache.want("lines", ["a"]);
  const first = await question(0);
  cache.want("lines", ["b"]);
  assert.equal(first.signal.aborted, true);
  assert.deepEqual((await question(1)).ids, ["b"]);
  first.answer(["a"]);
  cache.close();
});

test("a failure is told, and the next look asks again", async () => {
  const { cache, question, told } = cacheWithQuestions();
  cache.want("lines", ["a"]);
  const news = told();
  (await question(0)).fail(new Error("gone"));
  await news;
  assert.match(String(cache.problem), /gone/);
  cache.want("lines", ["a"]);
  assert.deepEqual((await question(1)).ids, ["a"]);
  cache.close();
});

test("a trace that is here whole is never asked for", () => {
  const cache = new SpanCache([spanOf("a"), spanOf("a")]);
  cache.want("lines", ["z"]);
  assert.equal(cache.isWhole, true);
  assert.equal(cache.get("a")?.length, 2);
  assert.equal(cache.get("z"), undefined);
});
