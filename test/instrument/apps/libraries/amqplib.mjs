/* amqplib: one piece of work sends messages, a consumer that began outside of it gets them. */
import { deferred, work } from "./run.mjs";

export async function use(library) {
  const { connect } = library.default ?? library;
  const connection = await connect(process.env.AMQP_URL);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue("mails", { autoDelete: true });
  const done = deferred();
  let doneCount = 0;
  await channel.consume("mails", async (message) => {
    await work(`inside ${message.content.toString()}`, () => Promise.resolve());
    channel.ack(message);
    doneCount += 1;
    if (doneCount === 2) done.resolve();
  });
  await work("outside", async () => {
    channel.sendToQueue("mails", Buffer.from("one"));
    await new Promise((resolve) => {
      channel.publish("", "mails", Buffer.from("two"), {}, resolve);
    });
  });
  await done.promise;
  await channel.close();
  await connection.close();
}
