import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { checkArticleTraces } from "./article-trace.ts";
import { runClient } from "./run-program.ts";

const CLIENT = fileURLToPath(new URL("otel-node.ts", import.meta.url));
const traits = {
  language: "nodejs",
  resourceSchemaUrl: "",
  exceptionType: "Error",
  hasStackTrace: true,
  sendsTraceFlags: true,
};

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
});
after(() => spoor.stop());

for (const protocol of ["grpc", "http/protobuf", "http/json"] as const) {
  test(`the official Node SDK's spans come through whole over ${protocol}`, async () => {
    const port = protocol === "grpc" ? spoor.grpcPort : spoor.httpPort;
    const args = [CLIENT, protocol, `http://127.0.0.1:${port}`];
    const sent = await runClient(process.execPath, args);
    await checkArticleTraces(spoor.url, { sent, traits });
  });
}
