import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { checkArticleTraces } from "./article-trace.ts";
import { runClient, runProgram, tryProgram, type Unavailable } from "./run-program.ts";

const SOURCE = fileURLToPath(new URL("go", import.meta.url));
/** The first build compiles gRPC, which takes a minute on a small machine. */
const PREPARE_MS_MAX = 300_000;

const traits = {
  // The article's resource has nothing but the service's name and version.
  language: "",
  resourceSchemaUrl: "https://opentelemetry.io/schemas/1.21.0",
  exceptionType: "*errors.errorString",
  hasStackTrace: false,
  sendsTraceFlags: true,
};

let folder: string;
let program: string;
let unavailable: Unavailable | undefined;
let spoor: SpoorProcess;
before(
  async () => {
    folder = await mkdtemp(join(tmpdir(), "spoor-go-"));
    program = join(folder, "client");
    unavailable =
      (await tryProgram("run go", ["go", ["version"]])) ??
      (await tryProgram("download the Go SDK", ["go", ["mod", "download"], { cwd: SOURCE }]));
    if (unavailable !== undefined) return;
    await runProgram("go", ["build", "-mod=readonly", "-o", program, "."], { cwd: SOURCE });
    spoor = await startSpoor();
  },
  { timeout: PREPARE_MS_MAX },
);
after(async () => {
  if (unavailable === undefined) await spoor.stop();
  await rm(folder, { recursive: true, force: true });
});

test("the official Go SDK's spans come through whole over gRPC", async (t) => {
  if (unavailable !== undefined) return t.skip(unavailable.reason);
  const sent = await runClient(program, ["-endpoint", `127.0.0.1:${spoor.grpcPort}`]);
  await checkArticleTraces(spoor.url, { sent, traits });
});

test("a trace that the Go SDK's sampler leaves out never arrives", async (t) => {
  if (unavailable !== undefined) return t.skip(unavailable.reason);
  const args = ["-endpoint", `127.0.0.1:${spoor.grpcPort}`, "-ratio", "0"];
  const { checkout } = await runClient(program, args);
  const response = await fetch(`${spoor.url}/api/v1/traces/${checkout}`);
  t.assert.equal(response.status, 404);
});
