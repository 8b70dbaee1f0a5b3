import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { checkArticleTraces } from "./article-trace.ts";
import { runClient, tryProgram, type Unavailable } from "./run-program.ts";

const CLIENT = fileURLToPath(new URL("python/main.py", import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL("python/requirements.txt", import.meta.url));
const CACHE = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));
/** The first run downloads 10 MB. */
const PREPARE_MS_MAX = 300_000;

const traits = {
  language: "python",
  resourceSchemaUrl: "",
  exceptionType: "RuntimeError",
  hasStackTrace: true,
  sendsTraceFlags: false,
};

/** Makes a virtual environment with the SDK, or uses the one of an earlier run. */
async function prepare(environment: string): Promise<Unavailable | undefined> {
  const complete = join(environment, "complete");
  if (existsSync(complete)) return undefined;
  await rm(environment, { recursive: true, force: true });
  const venv = ["-m", "venv", environment];
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const missing =
    (await tryProgram("make a Python virtual environment", ["python3", venv])) ??
    (await tryProgram("install the Python SDK", [
      pythonOf(environment),
      [...pip, "-r", REQUIREMENTS],
    ]));
  if (missing === undefined) await writeFile(complete, "");
  return missing;
}

function pythonOf(environment: string): string {
  return join(environment, "bin", "python");
}

let python: string;
let unavailable: Unavailable | undefined;
let spoor: SpoorProcess;
before(
  async () => {
    const hash = createHash("sha256").update(await readFile(REQUIREMENTS));
    const environment = join(CACHE, `python-client-${hash.digest("hex").slice(0, 12)}`);
    python = pythonOf(environment);
    unavailable = await prepare(environment);
    if (unavailable === undefined) spoor = await startSpoor();
  },
  { timeout: PREPARE_MS_MAX },
);
after(async () => {
  if (unavailable === undefined) await spoor.stop();
});

for (const protocol of ["grpc", "http/protobuf"] as const) {
  test(`the official Python SDK's spans come through whole over ${protocol}`, async (t) => {
    if (unavailable !== undefined) return t.skip(unavailable.reason);
    const port = protocol === "grpc" ? spoor.grpcPort : spoor.httpPort;
    const sent = await runClient(python, [CLIENT, protocol, `http://127.0.0.1:${port}`]);
    await checkArticleTraces(spoor.url, { sent, traits });
  });
}
