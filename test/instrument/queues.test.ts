/* Queues: what is sent by one piece of work and done by another is one tree. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { startRedis } from "../../examples/checkout-504/stage/redis.ts";
import { Stage } from "../../examples/checkout-504/stage/stage.ts";
import { NO_KAFKA, startKafka } from "./kafka.ts";
import { below, MODULE_KINDS, runLibrary, spanBelow } from "./libraries.ts";
import { NO_RABBITMQ, startRabbitmq } from "./rabbitmq.ts";

const stage = new Stage();
let redisUrl: string | undefined;
// These take seconds, in which those who need them not are run.
const rabbitmq = NO_RABBITMQ === false ? startRabbitmq() : undefined;
const kafka = NO_KAFKA === false ? startKafka() : undefined;
before(async () => {
  redisUrl = await startRedis(stage);
});
after(async () => {
  await (await rabbitmq)?.[Symbol.asyncDispose]();
  await (await kafka)?.[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

/** What is below a span that adds a job which is done once. */
const done = (name: string): string[] => [
  "  client evalsha",
  "  consumer process mails",
  `    internal inside ${name}`,
  "    client evalsha",
];

for (const kind of MODULE_KINDS) {
  test(`bullmq in ${kind}: a job is done below who added it, without a package for it`, async (context) => {
    if (redisUrl === undefined) return context.skip("Redis is not installed");
    const app = await runLibrary("bullmq", kind, { env: { REDIS_URL: redisUrl } });
    assert.deepEqual(below(app, "outside"), [
      "producer add mails.welcome",
      ...done("welcome"),
      "producer addBulk mails",
      ...done("news"),
      "producer add mails.broken",
      ...done("broken"),
      ...done("broken").slice(1),
    ]);
    const flow = below(app, "flow").map((line) => line.trim());
    assert.ok(flow.includes("internal inside parent"), flow.join("\n"));
    const roots = app.spans.filter(({ parentSpanId }) => parentSpanId === "");
    const names = roots.map(({ name }) => name).toSorted();
    assert.deepEqual(names, ["first request", "flow", "outside"]);
    assert.deepEqual(below(app, "first request"), [], "what a worker does is not its maker's");

    const broken = app.spans.filter(({ statusCode }) => statusCode === 2);
    assert.equal(broken.length, 1, "the second attempt worked");
    assert.deepEqual(broken[0]?.eventNames, ["job failed"]);
    assert.equal(broken[0]?.attributes["messaging.system"], "bullmq");
    assert.equal(broken[0].attributes["messaging.destination.name"], "mails");
    assert.equal(broken[0].attributes["messaging.operation.type"], "process");
    assert.equal(broken[0].attributes["bullmq.job.name"], "broken");
    assert.ok(!JSON.stringify(app.spans).includes("secret"));
  });

  test(`kafkajs in ${kind}: what cannot be sent is a failed span of who sends`, async () => {
    const app = await runLibrary("kafkajs", kind);
    assert.deepEqual(below(app, "outside"), ["producer send mails"]);
    assert.equal(spanBelow(app, "outside", "send mails").statusCode, 2);
  });
}

for (const kind of MODULE_KINDS) {
  test(
    `kafkajs in ${kind}: a message is handled below who sent it, a batch beside who sent them`,
    { skip: NO_KAFKA },
    async () => {
      const topic = `mails-${randomUUID()}`;
      const app = await runLibrary("kafkajs-broker", kind, {
        env: {
          KAFKA_ADDRESS: (await kafka)?.address ?? "",
          KAFKA_TOPIC: topic,
          // KafkaJS has some.
          NODE_OPTIONS: "--disable-warning=TimeoutNegativeWarning",
        },
      });
      // Headers of the application's own stay.
      assert.deepEqual(
        new Set(app.messages.flatMap(({ answer }) => answer ?? [])),
        new Set(["one", "two", "three", "four", "five"].map((name) => `${name} for acme`)),
      );
      const sent = [`producer send ${topic}`, `  consumer process ${topic}`];
      const insides = ["one", "one", "two", "three"].map((name) => `    internal inside ${name}`);
      const pairs = [1, 2, 3].flatMap(() => sent);
      const again = `  consumer process ${topic}`;
      const expected = [...insides, ...pairs, again].toSorted();
      assert.deepEqual(below(app, "outside").toSorted(), expected);
      assert.deepEqual(below(app, "other"), [...sent, "    internal inside four"]);
      assert.deepEqual(
        below(app, "transaction")
          .map((line) => line.trim())
          .toSorted(),
        [
          `consumer process ${topic}`,
          "internal inside five",
          "internal transaction",
          `producer send ${topic}`,
        ],
      );
      for (const name of ["first request", "second request"])
        assert.deepEqual(below(app, name), []);

      const failed = app.spans.filter(({ statusCode }) => statusCode === 2);
      assert.deepEqual(
        failed.map(({ name, attributes }) => [name, attributes["error.type"]]),
        [[`process ${topic}`, "Error"]],
        "the first attempt at the first message",
      );

      const producers = app.spans.filter(({ kind: spanKind }) => spanKind === 3);
      const inBatches = app.spans.filter(({ linkedSpanIds }) => linkedSpanIds.length > 0);
      assert.deepEqual(
        inBatches.flatMap(({ linkedSpanIds }) => linkedSpanIds).toSorted(),
        producers.map(({ spanId }) => spanId).toSorted(),
        "each message of a batch is linked to who sent it",
      );
      const polls = new Set(inBatches.map(({ parentSpanId }) => parentSpanId));
      const work = app.spans.filter(({ name }) => name === "inside batch");
      assert.deepEqual(new Set(work.map(({ parentSpanId }) => parentSpanId)), polls);
      assert.ok(!JSON.stringify(app.spans).includes("acme"));
    },
  );
}

for (const kind of MODULE_KINDS) {
  test(
    `amqplib in ${kind}: a message is handled below who sent it`,
    {
      skip: NO_RABBITMQ,
    },
    async () => {
      const app = await runLibrary("amqplib", kind, {
        env: { AMQP_URL: (await rabbitmq)?.url ?? "" },
      });
      assert.deepEqual(below(app, "outside"), [
        "producer publish <default>",
        "  consumer mails process",
        "    internal inside one",
        "producer publish <default>",
        "  consumer mails process",
        "    internal inside two",
      ]);
      assert.ok(!JSON.stringify(app.spans).includes(":guest@"), "without the password");
    },
  );
}
