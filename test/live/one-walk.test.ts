/* Many instances that hang on one lock, of which one at a time may ask the database. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  findProgram,
  NO_POSTGRES,
  startPsql,
  startTestPostgres,
  startTestProgram,
  type TestPostgres,
  type TestProgram,
  until,
} from "@spoor/waits/test-servers";
import {
  fromKeyValues,
  type InflightAnswer,
  type InflightGroup,
  type OpenSpansOfTrace,
  waitFromAttributes,
  type WaitReport,
} from "@spoor/trace";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const APP = fileURLToPath(new URL("apps/reserve-app.ts", import.meta.url));
const THRESHOLD_MS = 1_000;
/** With a walk of its own each, the last would know after four seconds. */
const INSTANCES = 8;
const START_MS_MAX = 120_000;
/** The lock that an instance takes for its walk: `spor` in ASCII. */
const LEASE = `${String(0x73_70_6f_72)}, 1`;

const skip = NO_POSTGRES || (findProgram("psql") === undefined && "psql is not installed");
let postgres: TestPostgres;
let spoor: SpoorProcess;

before(async () => {
  if (skip !== false) return;
  postgres = await startTestPostgres();
  spoor = await startSpoor({ useMemoryStore: true });
});
after(async () => {
  await spoor?.stop();
  await postgres?.[Symbol.asyncDispose]();
});

async function get<T>(path: string): Promise<T> {
  // The server under test is the one that defines its answers.
  return (await (await fetch(`${spoor.url}/api/v1/${path}`)).json()) as T;
}

/** Starts an instance, which waits for a word on stdin. */
async function startInstance(number: number, sku: string): Promise<TestProgram> {
  const port = String(postgres.port);
  const started = startTestProgram({
    command: process.execPath,
    args: ["--conditions=@spoor/source", "--import", "@spoor/sdk/auto", APP, port, sku],
    environment: {
      OTEL_SERVICE_NAME: "inventory",
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=inventory-${number}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${spoor.httpPort}`,
      SPOOR_QUIET: "1",
    },
  });
  await until("an instance to start", () => started.output().includes("ready"), START_MS_MAX);
  return started;
}

/** How instances hang. */
interface Hang {
  readonly skus: readonly string[];
  /** Nobody may ask the database before every instance has said that it waits for its turn. */
  readonly isAskedLate: boolean;
}

/** Lets all instances hang at once until each is told under the job that holds their rows. */
async function hangOn({ skus, isAskedLate }: Hang): Promise<{
  readonly tookMs: number;
  readonly waits: readonly WaitReport[];
}> {
  await using job = await startPsql(
    { host: "127.0.0.1", port: postgres.port, user: "job" },
    `BEGIN; UPDATE inventory SET quantity = 1 WHERE sku IN (${skus.map((sku) => `'${sku}'`).join()});`,
  );
  await using stack = new AsyncDisposableStack();
  const instances: TestProgram[] = [];
  for (let number = 1; number <= INSTANCES; number += 1) {
    instances.push(stack.use(await startInstance(number, skus[number % skus.length] ?? "")));
  }
  const other = await postgres.connect("stats");
  if (isAskedLate) await other.query(`SELECT pg_advisory_lock(${LEASE})`);
  for (const { child } of instances) child.stdin?.write("go\n");
  const startMs = performance.now();
  if (isAskedLate) {
    await until("every instance to wait for its turn", async () => {
      const [group] = (await get<InflightAnswer>("inflight")).groups;
      const said = group?.requests.filter(({ sentence }) => sentence.includes("turn to ask"));
      return said?.length === INSTANCES;
    });
    await other.query(`SELECT pg_advisory_unlock(${LEASE})`);
  }
  const group = await until("every instance to be told who holds its row", async () => {
    const { groups } = await get<InflightAnswer>("inflight");
    const held = groups.find(({ holder }) => holder?.text.includes(`(pid ${job.pid}`));
    return held?.requestCount === INSTANCES && held;
  });
  const tookMs = Math.round(performance.now() - startMs - THRESHOLD_MS);
  return { tookMs, waits: await waitsOf(group) };
}

/** What the statements of these requests wait for. */
async function waitsOf({ requests }: InflightGroup): Promise<WaitReport[]> {
  const traces = await Promise.all(
    requests.map(({ traceId }) => get<OpenSpansOfTrace>(`traces/${traceId}`)),
  );
  const spans = traces.flatMap(({ open }) => open);
  return spans.flatMap(({ wait }) => waitFromAttributes(fromKeyValues(wait)) ?? []);
}

function toldByOthers(waits: readonly WaitReport[], fact: string): WaitReport[] {
  return waits.filter(({ evidence }) => evidence.some((one) => one.fact.includes(fact)));
}

test("when many hang on one row, each is told who holds it", { skip }, async (context) => {
  const { tookMs, waits } = await hangOn({ skus: ["SKU-1"], isAskedLate: false });
  const told = toldByOthers(waits, "in the same queue").length;
  context.diagnostic(`${INSTANCES} know ${tookMs} ms after their threshold, ${told} by others`);
  for (const { resource } of waits) assert.equal(resource?.name, "inventory");
});

test("one walk answers for whoever waits for the same job", { skip }, async () => {
  const { waits } = await hangOn({ skus: ["SKU-2", "SKU-3"], isAskedLate: true });
  const inQueue = toldByOthers(waits, "in the same queue");
  const behind = toldByOthers(waits, "waiting for the same transaction");
  assert.ok(inQueue.length > 0 && behind.length > 0, `${inQueue.length}, ${behind.length}`);
  for (const { resource, queueCount } of inQueue) {
    assert.deepEqual([resource?.kind, resource?.name, queueCount], ["row", "inventory", 3]);
  }
  for (const { resource } of behind) assert.equal(resource?.kind, "transaction");
});
