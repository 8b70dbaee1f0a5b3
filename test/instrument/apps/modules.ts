/* What an ES module sees of the modules that it imports, while it is traced. */
import { createRequire } from "node:module";
import { Client } from "pg";
import * as pg from "pg";
import { Redis } from "ioredis";
import { count, increment } from "./live-binding.ts";
import * as again from "./live-binding-again.ts";

// Typed by what the package exports; the same object, whoever asks for it.
const required = createRequire(import.meta.url)("pg") as typeof pg;
increment();
process.send?.({
  answer: {
    flags: process.execArgv.filter((flag) => flag.startsWith("--")),
    live: count,
    again: again.count,
    isOneClass: required.Client === Client && pg.default.Client === Client,
    names: [Client.name, Redis.name],
  },
});
process.disconnect();
