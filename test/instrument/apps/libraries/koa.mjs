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
  users.get("/:id/card", () => {
    throw new Error("no such card");
  });
  users.get("/:id/friends", (context) => context.throw(404));
  // It prints errors otherwise.
  app.silent = true;
  app.use(users.routes());
  const server = app.listen(0, "127.0.0.1");
  const answer = await work("outside", () => ask(server, "/users/7"));
  await work("fails", () => ask(server, "/users/7/card"));
  await work("refused", () => ask(server, "/users/7/friends"));
  server.close();
  return answer;
}
