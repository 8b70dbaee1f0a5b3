/* Uses the library that is the argument, as a CommonJS module does. */
const LIBRARIES = {
  amqplib: () => require("amqplib"),
  "aws-sdk": () => require("@aws-sdk/client-sqs"),
  bullmq: () => require("bullmq"),
  grpc: () => require("@grpc/grpc-js"),
  hono: () => require("hono"),
  kafkajs: () => require("kafkajs"),
  "kafkajs-broker": () => require("kafkajs"),
  koa: () => ({ koa: require("koa"), router: require("@koa/router") }),
  mongodb: () => require("mongodb"),
  mysql2: () => require("mysql2"),
  "mysql2-promise": () => require("mysql2/promise"),
  nestjs: () => ({ common: require("@nestjs/common"), core: require("@nestjs/core") }),
  redis: () => require("redis"),
};

const [name] = process.argv.slice(2);
const library = LIBRARIES[name]();
void import("./libraries/run.mjs").then(({ run }) => run(name, library));
