/* MongoDB's driver: several pieces of work share a pool of one connection. */
import { work } from "./run.mjs";

export async function use({ MongoClient }) {
  const client = new MongoClient(process.env.MONGO_URL, { maxPoolSize: 1 });
  await client.connect();
  const users = client.db("shop").collection("users");
  await work("first", () => users.insertOne({ name: "secret" }));
  await Promise.all([
    work("a", () => users.find({ name: "secret" }).toArray()),
    work("b", () => users.insertOne({ name: "secret" })),
    work("c", () => users.find({}).toArray()),
  ]);
  await work("fails", () =>
    client
      .db("shop")
      .command({ nonsense: 1 })
      .catch(() => undefined),
  );
  await client.close();
}
