/*
 * As much of Amazon's SQS as a client needs to send a message and to receive it: no test can have
 * the real one. It keeps what it was sent, with its attributes, and gives it to whoever asks.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Message {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly MessageAttributes?: object;
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

/** Starts it; the answer is its address and ends it. */
export async function startSqsServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const messages: Message[] = [];
  const answerTo = (action: string | undefined, message: Message): object => {
    if (action === "SendMessage") {
      messages.push(message);
      return { MessageId: String(messages.length), MD5OfMessageBody: md5(message.MessageBody) };
    }
    const Messages = messages.splice(0).map(({ MessageBody: Body, MessageAttributes }) => {
      const MD5OfBody = md5(Body);
      return { Body, MD5OfBody, MessageAttributes, MessageId: "1", ReceiptHandle: "1" };
    });
    return { Messages };
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // What the client sends, by the protocol that it names.
    const message = JSON.parse(await textOf(request)) as Message;
    const isKnown = message.QueueUrl.endsWith("/mails");
    response.writeHead(isKnown ? 200 : 400, { "content-type": "application/x-amz-json-1.0" });
    const action = String(request.headers["x-amz-target"]).split(".")[1];
    const missing = { __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "no such queue" };
    response.end(JSON.stringify(isKnown ? answerTo(action, message) : missing));
  };
  const server = createServer((request, response) => void serve(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
