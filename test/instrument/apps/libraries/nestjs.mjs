/* NestJS on Express. Decorators are functions, and this is JavaScript without them. */
import "reflect-metadata";
import { ask, work } from "./run.mjs";

class UserController {
  async find(id) {
    await work("inside", () => Promise.resolve());
    return id;
  }
}
class AppModule {
  controllers = [UserController];
}

export async function use({ common, core }) {
  const { Controller, Get, Module, Param } = common;
  const { prototype } = UserController;
  Param("id")(prototype, "find", 0);
  Get(":id")(prototype, "find", Object.getOwnPropertyDescriptor(prototype, "find"));
  Controller("users")(UserController);
  Module({ controllers: [UserController] })(AppModule);
  const app = await core.NestFactory.create(AppModule, { logger: false });
  await app.listen(0, "127.0.0.1");
  const answer = await work("outside", () => ask(app.getHttpServer(), "/users/7"));
  await app.close();
  return answer;
}
