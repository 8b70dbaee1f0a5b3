/*
 * A server that speaks as much of MongoDB's wire protocol as a client needs to find and insert:
 * no distribution that the tests install from has the real one. It knows nothing of queries, and
 * answers a `find` with three documents, one after the other.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { BSON } from "mongodb";

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;

type Document = Record<string, unknown>;

const HELLO: Document = {
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
};

function answerTo(command: Document): Document {
  const [name = ""] = Object.keys(command);
  switch (name.toLowerCase()) {
    case "hello":
    case "ismaster":
      return { ...HELLO, localTime: new Date(), ok: 1 };
    case "find": {
      const firstBatch = [1, 2, 3].map((n) => ({ n }));
      return { cursor: { id: 0n, ns: `shop.${String(command["find"])}`, firstBatch }, ok: 1 };
    }
    case "insert":
      return { n: 1, ok: 1 };
    case "endsessions":
    case "ping":
      return { ok: 1 };
    default:
      return { ok: 0, code: 59, codeName: "CommandNotFound", errmsg: `no such command: ${name}` };
  }
}

/** The command in a message, and its answer as bytes. */
function answerMessage(message: Buffer): Buffer {
  const requestId = message.readInt32LE(4);
  const code = message.readInt32LE(12);
  // Up to the document: flags and the kind of the first section; or flags, a name and two numbers.
  const start = code === OP_MSG ? 21 : message.indexOf(0, 20) + 9;
  const length = message.readInt32LE(start);
  const document = BSON.serialize(
    answerTo(BSON.deserialize(message.subarray(start, start + length))),
  );
  const between = Buffer.alloc(code === OP_MSG ? 5 : 20);
  if (code === OP_QUERY) between.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + between.length + document.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(code === OP_MSG ? OP_MSG : OP_REPLY, 12);
  return Buffer.concat([header, between, document]);
}

function serve(socket: Socket): void {
  let received = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= HEADER_BYTES && received.length >= received.readInt32LE(0)) {
      const length = received.readInt32LE(0);
      socket.write(answerMessage(received.subarray(0, length)));
      received = received.subarray(length);
    }
  });
}

/** Starts it; the answer is its address and ends it. */
export async function startMongoServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), "close");
    },
  };
}
