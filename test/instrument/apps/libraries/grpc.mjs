/* gRPC: a call of each kind from a client to a server in the same process. */
import { work } from "./run.mjs";

const toBytes = (value) => Buffer.from(JSON.stringify(value));
const fromBytes = (bytes) => JSON.parse(bytes.toString());
const method = (path, responseStream) => ({
  path: `/shop.Stock/${path}`,
  requestStream: false,
  responseStream,
  requestSerialize: toBytes,
  requestDeserialize: fromBytes,
  responseSerialize: toBytes,
  responseDeserialize: fromBytes,
});

export async function use(grpc) {
  const service = { Get: method("Get", false), List: method("List", true) };
  const server = new grpc.Server();
  server.addService(service, {
    Get: async (call, callback) => {
      await work("inside", () => Promise.resolve());
      callback(null, call.request);
    },
    List: (call) => {
      for (const item of ["a", "b"]) call.write({ item });
      call.end();
    },
  });
  const port = await new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const Client = grpc.makeGenericClientConstructor(service, "Stock");
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const got = await work(
    "unary",
    () =>
      new Promise((resolve, reject) => {
        client.Get({ item: 7 }, (error, value) => (error ? reject(error) : resolve(value)));
      }),
  );
  const listed = await work("stream", async () => {
    const items = [];
    for await (const { item } of client.List({})) items.push(item);
    return items;
  });
  client.close();
  server.forceShutdown();
  return { got, listed };
}
