/* KafkaJS: a message for a broker that is not there. */
import { work } from "./run.mjs";

export async function use(library) {
  const { Kafka, logLevel } = library.default ?? library;
  const kafka = new Kafka({ brokers: ["127.0.0.1:1"], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  const messages = [{ value: "secret" }];
  await work("outside", () => producer.send({ topic: "mails", messages }).catch(() => undefined));
}
