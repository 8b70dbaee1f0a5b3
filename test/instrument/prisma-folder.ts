/*
 * Prisma as an application has it. Its packages are far larger than all others of this repository
 * together, so they are no dependency of it: SPOOR_TEST_PRISMA names a folder with their
 * `node_modules`, see CONTRIBUTING.md. Clients are generated anew in a temporary folder.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { AppFolder } from "./app-folder.ts";

const MODULES = join(process.env["SPOOR_TEST_PRISMA"] ?? "", "node_modules");
const PROGRAM = join(MODULES, "prisma", "build", "index.js");

/** Why there is no Prisma; false when there is. */
export const NO_PRISMA: string | false =
  (process.env["SPOOR_TEST_PRISMA"] === undefined &&
    "Prisma is not part of this repository (SPOOR_TEST_PRISMA names a folder that has it)") ||
  (!existsSync(PROGRAM) && `there is no Prisma in ${MODULES}`);

/** Both generators. The older one puts all of Prisma that runs into the application. */
const SCHEMA = `
generator modules {
  provider = "prisma-client"
  output = "./modules"
  generatedFileExtension = "ts"
  importFileExtension = "ts"
}
generator common {
  provider = "prisma-client-js"
  output = "./common"
}
datasource db {
  provider = "postgresql"
}
model Inventory {
  itemId String @id @map("item_id")
  available Int
  @@map("inventory")
}`;

const ENTRY_MODULE = `
import * as adapter from "@prisma/adapter-pg";
import * as client from "./modules/client.ts";
import { run } from "./libraries/run.mjs";
await run("prisma", { ...adapter, ...client });
`;
const ENTRY_COMMON = `
const { PrismaPg } = require("@prisma/adapter-pg");
const { PrismaClient } = require("./common");
void import("./libraries/run.mjs").then(({ run }) => run("prisma", { PrismaClient, PrismaPg }));
`;

/** An application with Prisma: `prisma.mjs` and `prisma.cjs`. */
export async function generatePrisma(): Promise<AppFolder> {
  const folder = new AppFolder({
    dependencies: ["@prisma/client", "@prisma/adapter-pg"],
    modules: MODULES,
  });
  folder.write("schema.prisma", SCHEMA);
  folder.write("prisma.mjs", ENTRY_MODULE);
  folder.write("prisma.cjs", ENTRY_COMMON);
  await promisify(execFile)(process.execPath, [PROGRAM, "generate", "--schema=schema.prisma"], {
    cwd: folder.path,
    env: {
      ...process.env,
      CHECKPOINT_DISABLE: "1",
      // Of no use to this command, which would still download it unless one is named.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    },
  });
  return folder;
}
