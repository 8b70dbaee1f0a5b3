/*
 * A Kafka of a test's own, on free ports, with its data in a temporary directory. No npm package
 * has one: SPOOR_TEST_KAFKA names a folder with its jars, which Java runs, or the address
 * `host:port` of a broker that runs already.
 */
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  findProgram,
  freePort,
  startTestProgram,
  type TestProgram,
  until,
} from "@spoor/waits/test-servers";
import kafkajs from "kafkajs";

const GIVEN = process.env["SPOOR_TEST_KAFKA"];
const JAVA = findProgram("java");

/** Why there can be no broker; false when there can. */
export const NO_KAFKA: string | false =
  (GIVEN === undefined &&
    "Kafka is not installed (SPOOR_TEST_KAFKA names a folder with its jars, or host:port)") ||
  (isFolder(GIVEN) && JAVA === undefined && "Java, which runs Kafka's jars, is not installed");

/** A broker, until it is disposed of. */
export interface Kafka extends AsyncDisposable {
  /** `host:port` */
  readonly address: string;
}

/** Starts a broker, or takes the one that is named. */
export async function startKafka(): Promise<Kafka> {
  if (GIVEN !== undefined && !isFolder(GIVEN)) {
    return { address: GIVEN, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const directory = mkdtempSync(join(tmpdir(), "spoor-kafka-"));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const settings = join(directory, "server.properties");
  writeFileSync(settings, settingsOf({ address, controllerPort, directory }));
  const run = (mainClass: string, ...args: readonly string[]) =>
    startTestProgram({
      command: JAVA ?? "",
      args: ["-Xmx384m", "-cp", join(GIVEN ?? "", "*"), mainClass, ...args],
      directory,
    });
  const clusterId = Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64url");
  const format = run("kafka.tools.StorageTool", "format", "-t", clusterId, "-c", settings);
  await until("Kafka's folder to be made", () => format.child.exitCode !== null, 60_000);
  if (format.child.exitCode !== 0)
    throw new Error(`cannot make Kafka's folder: ${format.output()}`);
  const server = run("kafka.Kafka", settings);
  await until("Kafka to start", () => isAnswering(address, server), 60_000);
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      // Its orderly end takes seconds, and nothing is kept.
      await server.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function isFolder(given: string | undefined): boolean {
  return given !== undefined && existsSync(given);
}

interface Place {
  readonly address: string;
  readonly controllerPort: number;
  readonly directory: string;
}

/** One process that is broker and controller. */
function settingsOf({ address, controllerPort, directory }: Place): string {
  return `
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://${address},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://${address}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:${controllerPort}
log.dirs=${join(directory, "data")}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
`;
}

/** @throws Error with what it printed when it has ended. */
async function isAnswering(address: string, { child, output }: TestProgram): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`Kafka does not start: ${output()}`);
  const { Kafka: Client, logLevel } = kafkajs;
  const client = new Client({
    brokers: [address],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    await admin.listTopics();
    return true;
  } catch {
    // Not yet.
    return false;
  } finally {
    await admin.disconnect();
  }
}
