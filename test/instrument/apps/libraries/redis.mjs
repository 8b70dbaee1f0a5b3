/* node-redis: commands of several pieces of work over one connection, and a transaction. */
import { work } from "./run.mjs";

export async function use({ createClient }) {
  const client = createClient({ url: process.env.REDIS_URL });
  await client.connect();
  await Promise.all([
    work("a", () => client.set("a", "secret")),
    work("b", async () => {
      await client.get("a");
      await client.get("b");
    }),
    work("c", () => client.multi().set("c", "secret").get("c").exec()),
  ]);
  await client.close();
}
