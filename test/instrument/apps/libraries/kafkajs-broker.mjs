/* KafkaJS: messages over a topic, one at a time and as a batch, sent by several pieces of work. */
import { deferred, work } from "./run.mjs";

export async function use(library) {
  const { Kafka, logLevel } = library.default ?? library;
  const kafka = new Kafka({
    brokers: [process.env.KAFKA_ADDRESS],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 10 },
  });
  const topic = process.env.KAFKA_TOPIC;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();

  const producer = kafka.producer();
  const transactional = kafka.producer({
    transactionalId: topic,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await Promise.all([producer.connect(), transactional.connect()]);

  const handled = [];
  const done = deferred();
  const one = await work("first request", () => consume(kafka, `${topic}-one`, topic));
  await work("second request", () =>
    one.run({
      eachMessage: async ({ message }) => {
        const name = message.value.toString();
        await work(`inside ${name}`, () => Promise.resolve());
        handled.push(`${name} for ${message.headers.tenant}`);
        if (handled.length === 1) throw new Error("no such address");
        if (handled.length === 6) done.resolve();
      },
    }),
  );
  await work("outside", async () => {
    const messages = [mail("one"), mail("two")];
    await producer.send({ topic, messages });
    await producer.sendBatch({ topicMessages: [{ topic, messages: [mail("three")] }] });
  });
  await Promise.all([
    work("other", () => producer.send({ topic, messages: [mail("four")] })),
    work("transaction", async () => {
      const transaction = await transactional.transaction();
      await transaction.send({ topic, messages: [mail("five")] });
      await transaction.commit();
    }),
  ]);
  await done.promise;
  await one.disconnect();

  const batchDone = deferred();
  let batchCount = 0;
  const all = await consume(kafka, `${topic}-all`, topic);
  await all.run({
    eachBatch: async ({ batch }) => {
      await work("inside batch", () => Promise.resolve());
      batchCount += batch.messages.length;
      if (batchCount >= 5) batchDone.resolve();
    },
  });
  await batchDone.promise;
  await all.disconnect();
  await Promise.all([producer.disconnect(), transactional.disconnect()]);
  return handled;
}

function mail(value) {
  return { value, headers: { tenant: "acme" } };
}

async function consume(kafka, groupId, topic) {
  const consumer = kafka.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  return consumer;
}
