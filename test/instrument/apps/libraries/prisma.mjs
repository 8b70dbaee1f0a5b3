/* Prisma: a server asks a database for several requests at once, over one connection. */
import { createServer } from "node:http";
import { ask, work } from "./run.mjs";

export async function use({ PrismaClient, PrismaPg }) {
  const url = process.env.DATABASE_URL;
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 1 }) });
  const answers = {
    "/find": () => prisma.inventory.findMany({ where: { itemId: "item_42" } }),
    "/change": () =>
      prisma.$transaction(async (transaction) => {
        await work("inside", () => Promise.resolve());
        return await transaction.inventory.update({
          where: { itemId: "item_42" },
          data: { available: { increment: 1 } },
        });
      }),
    "/raw": () => prisma.$queryRawUnsafe("SELECT 'secret' AS word"),
    "/twice": () => prisma.inventory.create({ data: { itemId: "item_42", available: 1 } }),
    "/none": () => prisma.inventory.findUniqueOrThrow({ where: { itemId: "secret" } }),
  };
  const server = createServer((request, response) => {
    const asked = answers[request.url]().catch(({ code }) => code);
    void asked.then((answer) => response.end(JSON.stringify(answer)));
  });
  server.listen(0, "127.0.0.1");
  // What is compiled once, and the connection, are in this one.
  await work("first", () => ask(server, "/find"));
  const answer = await Promise.all(
    ["/find", "/change", "/raw", "/twice", "/none", "/find"].map((path) =>
      work(`asks ${path}`, () => ask(server, path)),
    ),
  );
  server.close();
  await prisma.$disconnect();
  return answer;
}
