/* Hono with a route of a mounted application, a middleware, and one that nothing answers. */
import { serve } from "@hono/node-server";
import { ask, work } from "./run.mjs";

export async function use({ Hono }) {
  const users = new Hono();
  users.get("/:id", async (context) => {
    const id = context.req.param("id");
    await work("inside", () => Promise.resolve());
    return context.text(id);
  });
  const app = new Hono();
  app.use("*", (_context, next) => next());
  app.route("/users", users);
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  const answer = await work("outside", () => ask(server, "/users/7"));
  await work("nowhere", () => ask(server, "/nowhere"));
  server.close();
  return answer;
}
