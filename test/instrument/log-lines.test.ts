/* Lines of four loggers, with the ids of their span, on the screen and on their way to a server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type App, startApp } from "./run-apps.ts";

interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

async function run(settings: Readonly<Record<string, unknown>>): Promise<App & { ids: Ids }> {
  await using app = startApp("log-lines.ts", { settings });
  await app.ended();
  const answer = app.messages.find((message) => message.answer !== undefined)?.answer;
  // What log-lines.ts answers.
  return Object.assign(app, { ids: answer as Ids });
}

function linesOf(app: App, text: string): string[] {
  return `${app.output}${app.errorOutput}`.split("\n").filter((line) => line.includes(text));
}

for (const isUnsampled of [false, true]) {
  const name = isUnsampled ? "that was sampled out" : "that is sampled";
  test(`every line within a span ${name} says its ids, once; the others say none`, async () => {
    const app = await run({ isUnsampled });
    const { traceId, spanId } = app.ids;
    const inside = ["pino inside", "winston inside", "bunyan inside", "console inside", "json in"];
    for (const text of inside) {
      const lines = linesOf(app, text);
      assert.equal(lines.length, 1, text);
      assert.equal(lines[0]?.split(traceId).length, 2, `${text}: ${lines[0]}`);
      assert.equal(lines[0].split(spanId).length, 2, `${text}: ${lines[0]}`);
    }
    assert.deepEqual(linesOf(app, "console outside"), ["console outside"]);
    assert.equal(linesOf(app, "pino outside")[0]?.includes("trace_id"), false);
    assert.deepEqual(app.logs, [], "nothing is sent unless somebody asks");
  });
}

test("a console line that is JSON stays JSON", async () => {
  const app = await run({});
  const [line = ""] = linesOf(app, "json in");
  const { traceId, spanId } = app.ids;
  const expected = { message: "json inside", trace_id: traceId, span_id: spanId };
  assert.deepEqual(JSON.parse(line), expected);
});

test("lines go to the server when that is asked for, each once and with its trace", async () => {
  const app = await run({ exportsLogs: true, hasConsoleIds: false });
  const sent = app.logs.map(({ body, traceId }) => `${body} ${traceId === app.ids.traceId}`);
  const expected = [
    "bunyan inside true",
    "console inside true",
    "console outside false",
    "pino inside true",
    "pino outside false",
    "winston inside true",
    "winston of 7 true",
    "winston outside false",
    '{"message":"json inside"} true',
  ];
  assert.deepEqual(sent.toSorted(), expected.toSorted());
  assert.deepEqual(linesOf(app, "console outside"), ["console outside"]);
  const winston = app.logs.find(({ body }) => body === "winston inside");
  assert.equal(winston?.severityText, "info");
  assert.deepEqual(winston.attributes, { order: 7 });
});
