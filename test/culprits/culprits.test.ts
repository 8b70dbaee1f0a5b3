/* Some of the culprits, each once, and what asking costs a healthy database: nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "@spoor/waits/test-servers";
import { startReportReceiver } from "./report-receiver.ts";
import { runScenario, startApplication } from "./run-scenario.ts";
import { NO_STAGE, type Stage, startStage } from "./stage.ts";

const skip = NO_STAGE;
let stage: Stage;
before(async () => {
  if (skip === false) stage = await startStage({ log_statement: "all", log_line_prefix: "<%a> " });
});
after(() => stage?.[Symbol.asyncDispose]());

for (const name of [
  "pg-idle-in-transaction",
  "pool-held-idle",
  "http-agent-queue",
  "event-loop-blocked-by-other",
  "async-mutex",
]) {
  test(`named: ${name}`, { skip }, async () => {
    const judgement = await runScenario(name, { stores: stage.stores, isControl: false });
    await stage.clean();
    // How fast it was is for `npm run culprits`, on a machine that does nothing else.
    assert.ok(judgement.isNamed, judgement.said);
  });
}

test("nobody is accused: deliberate-sleep", { skip }, async () => {
  const { stores } = stage;
  const judgement = await runScenario("deliberate-sleep", { stores, isControl: true });
  assert.ok(judgement.isRight, judgement.said);
});

test(
  "a database is asked nothing while nothing is overdue, then on one connection",
  { skip },
  async () => {
    await stage.clean();
    const logStart = stage.postgresLog().length;
    await using receiver = await startReportReceiver();
    const how = { stores: stage.stores, receiverUrl: receiver.url };
    await using application = startApplication("many-short-queries", how);
    const ofWatch = (): string[] =>
      stage
        .postgresLog()
        .slice(logStart)
        .split("\n")
        .filter((line) => line.startsWith("<spoor-watch>") && line.includes("LOG:"));
    await until(
      "the healthy requests",
      () => application.output().includes("all answered"),
      60_000,
    );
    assert.deepEqual(ofWatch(), []);
    await until("the first question", () => ofWatch().length > 0, 60_000);
    assert.equal(await stage.watcherCount(), 1);
  },
);
