/* Uses the library that is the argument, as an ES module does. */
import { run } from "./libraries/run.mjs";

const LIBRARIES = {
  amqplib: () => import("amqplib"),
  "aws-sdk": () => import("@aws-sdk/client-sqs"),
  bullmq: () => import("bullmq"),
  grpc: () => import("@grpc/grpc-js"),
  hono: () => import("hono"),
  kafkajs: () => import("kafkajs"),
  "kafkajs-broker": () => import("kafkajs"),
  koa: async () => ({ koa: await import("koa"), router: await import("@koa/router") }),
  mongodb: () => import("mongodb"),
  mysql2: () => import("mysql2"),
  "mysql2-promise": () => import("mysql2/promise"),
  nestjs: async () => ({
    common: await import("@nestjs/common"),
    core: await import("@nestjs/core"),
  }),
  redis: () => import("redis"),
};

const [name] = process.argv.slice(2);
await run(name, await LIBRARIES[name]());
