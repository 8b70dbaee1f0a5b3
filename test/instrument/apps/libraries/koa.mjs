/* Koa with its router, below a prefix, and a middleware before it. */
import { ask, work } from "./run.mjs";

export async function use({ koa, router }) {
  const Koa = koa.default ?? koa;
  const Router = router.Router ?? router.default ?? router;
  const app = new Koa();
  app.use((_context, next) => next());
  const users = new Router({ prefix: "/users" });
  users.get("/:id", async (context) => {
    await work("inside", async () => {
      context.body = context.params.id;
    });
  });
  app.use(users.routes());
  const server = app.listen(0, "127.0.0.1");
  const answer = await work("outside", () => ask(server, "/users/7"));
  server.close();
  return answer;
}
