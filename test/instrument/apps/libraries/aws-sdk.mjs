/* The AWS SDK: a message goes to a queue of SQS and comes back. */
import { work } from "./run.mjs";

export async function use({ ReceiveMessageCommand, SendMessageCommand, SQSClient }) {
  const client = new SQSClient({
    endpoint: process.env.AWS_URL,
    region: "eu-central-1",
    credentials: { accessKeyId: "id", secretAccessKey: "key" },
    maxAttempts: 1,
  });
  const QueueUrl = `${process.env.AWS_URL}/1/mails`;
  await work("sender", () => client.send(new SendMessageCommand({ QueueUrl, MessageBody: "one" })));
  const received = await work("receiver", async () => {
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    return Messages;
  });
  await work("fails", () =>
    client
      .send(new SendMessageCommand({ QueueUrl: `${process.env.AWS_URL}/1/none`, MessageBody: "" }))
      .catch(() => undefined),
  );
  client.destroy();
  return received.map(({ Body, MessageAttributes }) => ({
    Body,
    traceparent: MessageAttributes?.traceparent?.StringValue,
  }));
}
