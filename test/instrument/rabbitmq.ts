/** A RabbitMQ of a test's own, on free ports, with its data in a temporary directory. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, freePort, startTestProgram, until } from "@spoor/waits/test-servers";

/** On Debian the program of this name in PATH runs as another user. */
const DEBIAN = "/usr/lib/rabbitmq/bin";

/** Why there can be no server; false when there can. */
export const NO_RABBITMQ: string | false =
  findProgram("rabbitmq-server") === undefined || findProgram("epmd") === undefined
    ? "RabbitMQ is not installed"
    : false;

/** Starts a server. */
export async function startRabbitmq(): Promise<AsyncDisposable & { readonly url: string }> {
  const directory = mkdtempSync(join(tmpdir(), "spoor-rabbitmq-"));
  const [port, distributionPort, mapperPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const plugins = join(directory, "plugins");
  writeFileSync(plugins, "[].");
  // It would start this one itself, and leave it behind.
  const mapper = startTestProgram({
    command: findProgram("epmd") ?? "",
    args: ["-port", String(mapperPort), "-address", "127.0.0.1"],
  });
  const server = startTestProgram({
    command: findProgram("rabbitmq-server", [DEBIAN]) ?? "",
    args: [],
    environment: {
      HOME: directory,
      ERL_EPMD_ADDRESS: "127.0.0.1",
      ERL_EPMD_PORT: String(mapperPort),
      RABBITMQ_NODENAME: `spoor${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_MNESIA_BASE: join(directory, "data"),
      RABBITMQ_LOG_BASE: join(directory, "log"),
      RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
      RABBITMQ_LOGS: "-",
    },
  });
  await until(
    "RabbitMQ to start",
    () => server.output().includes("Server startup complete"),
    60_000,
  );
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await mapper[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
