/*
 * Real ClickHouse servers for tests, out of the embedded engine: with a fixed address and a fixed
 * user, as an operator's own server has, alone or as the nodes of a cluster. There is no Keeper, so
 * nothing here replicates or runs ON CLUSTER.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@spoor/trace";

import type { Endpoint } from "./endpoint.ts";
import { type EngineNode, tag } from "./engine-config.ts";
import { engineLibraryPath } from "./engine-library.ts";
import { EngineProcess, freePort } from "./engine-process.ts";

/** The name that the nodes of {@link startEngineServers} know their cluster by. */
export const TEST_CLUSTER = "spoor_test";

const WRITER = { username: "tracer", password: "pass:word/1" } as const;
const READER = { username: "query", password: "not used" } as const;

/** What its user needs, as the guide for operators lists it. */
const GRANTS = ["GRANT ALL ON traces.*", "GRANT ALL ON traces_two.*", "GRANT REMOTE ON *.*"];

/** A ClickHouse server that can be killed and started again at the same address. */
export interface EngineServer {
  /** With the user and the password. */
  readonly url: string;
  /** Ends the process at once, as a crash does. Data stay. */
  kill(): Promise<void>;
  /** Starts it again on its data. */
  restart(): Promise<void>;
}

/** Servers that know each other as the shards of {@link TEST_CLUSTER}. */
export interface EngineServers extends AsyncDisposable {
  readonly nodes: readonly EngineServer[];
}

/** Starts `count` servers, one shard each, with data in a temporary directory of their own. */
export async function startEngineServers(count: number): Promise<EngineServers> {
  const directory = mkdtempSync(join(tmpdir(), "spoor-servers-"));
  const ports = await freePorts(count * 2);
  const tcpPorts = ports.slice(count);
  const elements = [remoteServers(tcpPorts)];
  const running = new Map<number, EngineProcess>();
  const start = async (index: number): Promise<void> => {
    const dataPath = join(directory, `node-${index + 1}`);
    mkdirSync(dataPath, { recursive: true });
    const node: EngineNode = { tcpPort: tcpPorts[index] ?? 0, elements, grants: GRANTS };
    const engine = await EngineProcess.start({
      dataPath,
      libraryPath: engineLibraryPath(),
      clock: systemClock,
      choosePort: async () => ports[index] ?? 0,
      endpointAt,
      node,
    });
    running.set(index, engine);
  };
  const indexes = Array.from({ length: count }, (_, index) => index);
  await Promise.all(indexes.map(start));
  return {
    nodes: indexes.map((index) => ({
      url: `http://${WRITER.username}:${encodeURIComponent(WRITER.password)}@127.0.0.1:${ports[index]}`,
      kill: async () => {
        const engine = running.get(index);
        if (engine === undefined) return;
        process.kill(engine.pid, "SIGKILL");
        await engine.ended;
        running.delete(index);
      },
      restart: () => start(index),
    })),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Array.from(running.values(), (engine) => engine.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function endpointAt(port: number): Endpoint {
  const url = `http://127.0.0.1:${port}`;
  return { url, headers: {}, database: "traces", writer: WRITER, reader: READER };
}

/** Different ones, because each was free while the others were taken. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** The cluster as each node's configuration describes it. */
function remoteServers(tcpPorts: readonly number[]): string {
  const shards = tcpPorts.map((port) =>
    tag(
      "shard",
      tag("replica", [
        tag("host", "127.0.0.1"),
        tag("port", String(port)),
        tag("user", WRITER.username),
        tag("password", WRITER.password),
      ]),
    ),
  );
  return tag("remote_servers", tag(TEST_CLUSTER, shards));
}
