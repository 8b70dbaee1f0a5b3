/*
 * The libraries that are traced: by what, and how that is set up. To add one, add an entry.
 *
 * The configurations ask for one span per request and per call. Spans for the middlewares of a web
 * framework, for the connections of a pool and for what a driver sends by itself are left out.
 */
import type { InstrumentationSettings } from "../base/settings.ts";
import { packageOf } from "./find-package.ts";

/** An official instrumentation package. */
export interface OfficialPackage {
  /** On npm. */
  readonly packageName: string;
  readonly exportName: string;
  readonly config: (settings: InstrumentationSettings) => Readonly<Record<string, unknown>>;
}

/** A library that an application may use. */
export interface Library {
  /** As people call it; also its name in OTEL_NODE_ENABLED_INSTRUMENTATIONS. */
  readonly name: string;
  /** Its packages on npm. One that ends in `/` stands for a whole npm scope. */
  readonly packages: readonly string[];
  /** What traces it; undefined where we do it ourselves. */
  readonly official: OfficialPackage | undefined;
  /**
   * Whether its instrumentation changes classes in place, and the classes alone. Then it does not
   * matter that the library was loaded before.
   */
  readonly isHookedLate: boolean;
  /**
   * Names under which it has ES modules of its own beside CommonJS, whose classes are changed, too.
   */
  readonly modules: readonly string[];
  /**
   * Whether it asks a place that its instrumentation fills for spans, at every call. Then nothing
   * of it is changed, so it need not be loaded; and it may be part of code that was generated into
   * the application, where nobody sees it being loaded.
   */
  readonly asksItself: boolean;
}

type Config = OfficialPackage["config"];

const plain: Config = () => ({});

function official(packageName: string, exportName: string, config = plain): OfficialPackage {
  return { packageName: `@opentelemetry/instrumentation-${packageName}`, exportName, config };
}

function library(
  name: string,
  packages: readonly string[],
  traced: OfficialPackage | undefined,
  isHookedLate = false,
  modules: readonly string[] = [],
): Library {
  return { name, packages, official: traced, isHookedLate, modules, asksItself: false };
}

const logLibrary: Config = ({ exportsLogs }) => ({ disableLogSending: !exportsLogs });

/** Every library, in the order in which the start-up line names them. */
export const LIBRARIES: readonly Library[] = [
  library("express", ["express"], undefined, true),
  library("fastify", ["fastify"], undefined, true),
  library(
    "koa",
    ["koa", "@koa/router", "koa-router"],
    official("koa", "KoaInstrumentation", () => ({ ignoreLayersType: ["middleware"] })),
  ),
  library("hono", ["hono"], undefined, true, ["hono", "hono/quick", "hono/tiny"]),
  library("nestjs", ["@nestjs/core"], official("nestjs-core", "NestInstrumentation")),
  library("pg", ["pg", "pg-pool"], undefined, true),
  library("mysql2", ["mysql2"], official("mysql2", "MySQL2Instrumentation")),
  library("mongodb", ["mongodb"], official("mongodb", "MongoDBInstrumentation")),
  library("ioredis", ["ioredis"], undefined, true),
  library(
    "redis",
    ["redis", "@redis/client"],
    official("redis", "RedisInstrumentation", () => ({ requireParentSpan: true })),
  ),
  library("grpc", ["@grpc/grpc-js"], official("grpc", "GrpcInstrumentation")),
  library("amqplib", ["amqplib"], official("amqplib", "AmqplibInstrumentation")),
  library("bullmq", ["bullmq"], undefined, true),
  library("kafkajs", ["kafkajs"], official("kafkajs", "KafkaJsInstrumentation"), true),
  library(
    "aws-sdk",
    ["@aws-sdk/", "@smithy/", "aws-sdk"],
    official("aws-sdk", "AwsInstrumentation", () => ({ suppressInternalInstrumentation: true })),
  ),
  {
    name: "prisma",
    packages: ["@prisma/client", "@prisma/client-runtime-utils", "@prisma/driver-adapter-utils"],
    official: {
      packageName: "@prisma/instrumentation",
      exportName: "PrismaInstrumentation",
      // The arguments as text: some microseconds of every operation.
      config: () => ({ ignoreSpanTypes: ["prisma:client:serialize"] }),
    },
    isHookedLate: true,
    modules: [],
    asksItself: true,
  },
  library("pino", ["pino"], official("pino", "PinoInstrumentation", logLibrary)),
  library(
    "winston",
    ["winston"],
    // We send its lines ourselves: see logs/winston-lines.ts.
    official("winston", "WinstonInstrumentation", () => ({ disableLogSending: true })),
  ),
  library("bunyan", ["bunyan"], official("bunyan", "BunyanInstrumentation", logLibrary)),
];

/** What takes the place of our own tracing when a user asks for the official packages. */
export const OFFICIAL_ALTERNATIVES: Readonly<Record<string, OfficialPackage>> = {
  http: official("http", "HttpInstrumentation"),
  fetch: official("undici", "UndiciInstrumentation"),
  express: official("express", "ExpressInstrumentation", () => ({
    ignoreLayersType: ["middleware", "router", "request_handler"],
  })),
  ioredis: official("ioredis", "IORedisInstrumentation"),
  pg: official("pg", "PgInstrumentation", () => ({ ignoreConnectSpans: true })),
  fastify: {
    packageName: "@fastify/otel",
    exportName: "FastifyOtelInstrumentation",
    config: () => ({ registerOnInitialization: true }),
  },
};

const byPackage = new Map<string, Library>();
for (const one of LIBRARIES) for (const name of one.packages) byPackage.set(name, one);

/** The library to which a module belongs, by what stands in `import` or `require`. */
export function libraryOf(specifier: string): Library | undefined {
  const first = specifier[0];
  // The three quick answers, for nearly every module of an application.
  if (first === "." || first === "/" || specifier.startsWith("node:")) return undefined;
  return byPackage.get(packageOf(specifier)) ?? scopeLibrary(specifier);
}

function scopeLibrary(specifier: string): Library | undefined {
  if (!specifier.startsWith("@")) return undefined;
  return byPackage.get(specifier.slice(0, specifier.indexOf("/") + 1));
}
