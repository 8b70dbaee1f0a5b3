import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { DiskQueue, type StoredRequest } from "../disk/disk-queue.ts";
import { parseQueueFileName, type QueueFile, queueFileBody } from "../disk/queue-file.ts";
import { SpanExporter } from "./span-exporter.ts";
import { freePort, startHttpReceiver, takeHttp, type TestReceiver } from "./test-receiver.ts";
import {
  TEST_RESOURCE,
  testChunk,
  TestObserver,
  testEndpoint,
  testSettings,
} from "./test-spans.ts";

const DEADLINE_MS = 30_000;
const GOLDEN = new URL("../../../../docs/formats/golden/", import.meta.url);

async function folderOf(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "spoor-queue-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

interface Sending {
  readonly exporter: SpanExporter;
  readonly observer: TestObserver;
}

function exporterTo(
  context: TestContext,
  to: { readonly port: number; readonly queueFolder: string; readonly bytesMax?: number },
): Sending {
  const observer = new TestObserver();
  const exporter = new SpanExporter({
    settings: testSettings({
      endpoint: testEndpoint(to.port),
      queueFolder: to.queueFolder,
      ...(to.bytesMax === undefined ? {} : { queueFolderBytesMax: to.bytesMax }),
    }),
    resource: TEST_RESOURCE,
    observer,
    random: () => 0,
  });
  context.after(() => exporter.close());
  return { exporter, observer };
}

/** The spans of `testChunk`, by their numbers, in the order in which they came. */
function spanNumbers(receiver: TestReceiver): number[] {
  return receiver.spans().map(({ name }) => Number.parseInt(name.replace("GET /orders/", ""), 16));
}

/** Files of the queue, by lane. */
async function filesIn(folder: string): Promise<QueueFile[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .map((entry) => parseQueueFileName(entry.slice(entry.lastIndexOf("/") + 1)))
    .filter((file) => file !== undefined);
}

async function until(isReady: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("with nobody there batches go to disk, and leave in their order when somebody is", async (context) => {
  const queueFolder = await folderOf(context);
  const port = await freePort();
  const { exporter, observer } = exporterTo(context, { port, queueFolder });
  for (let batch = 0; batch < 5; batch += 1) {
    exporter.accept(testChunk(3));
    const counts = await exporter.flush(DEADLINE_MS);
    assert.deepEqual(counts, { sent: 0, lost: [], waiting: 0, stored: 3 * (batch + 1) });
  }
  assert.equal(observer.kinds[0], "failing");
  assert.equal((await filesIn(queueFolder)).length, 5);
  const receiver = await startHttpReceiver(takeHttp, port);
  context.after(() => receiver.close());
  const counts = await exporter.flush(DEADLINE_MS);
  assert.deepEqual(counts, { sent: 15, lost: [], waiting: 0, stored: 0 });
  assert.deepEqual(
    spanNumbers(receiver),
    spanNumbers(receiver).toSorted((a, b) => a - b),
  );
  assert.equal(receiver.requests.length, 5);
  assert.deepEqual(await filesIn(queueFolder), []);
  assert.ok(observer.kinds.includes("recovered"));
  // And nothing is stored any more.
  exporter.accept(testChunk(2));
  assert.equal((await exporter.flush(DEADLINE_MS)).sent, 17);
});

test("what the end of a process leaves is sent by the next one, before and after a flush", async (context) => {
  const queueFolder = await folderOf(context);
  const port = await freePort();
  const first = exporterTo(context, { port, queueFolder });
  first.exporter.accept(testChunk(4));
  await first.exporter.flush(DEADLINE_MS);
  // Nothing asynchronous runs in the last moments of a process.
  first.exporter.accept(testChunk(3));
  first.exporter.close();
  assert.deepEqual(first.exporter.counts(), { sent: 0, lost: [], waiting: 0, stored: 7 });
  const receiver = await startHttpReceiver(takeHttp, port);
  context.after(() => receiver.close());
  const second = exporterTo(context, { port, queueFolder });
  await until(() => second.exporter.counts().sent === 7);
  assert.deepEqual(
    spanNumbers(receiver),
    spanNumbers(receiver).toSorted((a, b) => a - b),
  );
  assert.match(second.observer.lines.join("\n"), /sends 7 records that processes before this/);
  second.exporter.close();
  assert.deepEqual(await readdir(queueFolder), [], "no folder stays behind");
});

test("a killed process loses nothing that is on disk, and half a file is counted", async (context) => {
  const queueFolder = await folderOf(context);
  const port = await freePort();
  const stored = await killedWith(queueFolder, { port });
  const [lane = ""] = await readdir(queueFolder);
  // What it leaves when it is killed while it writes.
  const [whole] = await filesIn(queueFolder);
  const half = (whole?.name ?? "").replace(/-\d+\.spoorq$/, "-11.spoorq.part");
  await writeFile(join(queueFolder, lane, half), "SPOORQUE");
  const receiver = await startHttpReceiver(takeHttp, port);
  context.after(() => receiver.close());
  const { exporter } = exporterTo(context, { port, queueFolder });
  await until(() => exporter.counts().sent === stored);
  assert.deepEqual(exporter.counts().lost, [{ reason: "export_queue_damaged", count: 11 }]);
  assert.equal(receiver.spans().length, stored);
  assert.equal(new Set(spanNumbers(receiver)).size, stored);
  assert.deepEqual(receiver.spans()[0]?.resource.attributes.get("service.name"), "checkout");
});

test("damaged files are counted by what their names say, and the others are sent", async (context) => {
  const queueFolder = await folderOf(context);
  const port = await freePort();
  const first = exporterTo(context, { port, queueFolder });
  for (const count of [1, 2, 4, 8]) {
    first.exporter.accept(testChunk(count));
    await first.exporter.flush(DEADLINE_MS);
  }
  first.exporter.close();
  const [lane = ""] = await readdir(queueFolder);
  const paths = (await filesIn(queueFolder))
    .toSorted((a, b) => a.recordCount - b.recordCount)
    .map(({ name }) => join(queueFolder, lane, name));
  const [cut = "", changed = "", longer = ""] = paths;
  await truncate(cut, 40);
  const bytes = await readFile(changed);
  bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
  await writeFile(changed, bytes);
  await writeFile(longer, Buffer.concat([await readFile(longer), Buffer.from([0])]));
  const receiver = await startHttpReceiver(takeHttp, port);
  context.after(() => receiver.close());
  const second = exporterTo(context, { port, queueFolder });
  await until(() => second.exporter.counts().sent === 8);
  assert.deepEqual(second.exporter.counts(), {
    sent: 8,
    lost: [{ reason: "export_queue_damaged", count: 7 }],
    waiting: 0,
    stored: 0,
  });
});

test("files of a process that lives stay its own, also while it is stopped", async (context) => {
  const queueFolder = await folderOf(context);
  const port = await freePort();
  const child = startStoring(queueFolder, { port });
  context.after(() => child.kill("SIGKILL"));
  await once(child, "message");
  const before = await filesIn(queueFolder);
  child.kill("SIGSTOP");
  const receiver = await startHttpReceiver(takeHttp, port);
  context.after(() => receiver.close());
  const adopting = await Promise.all([1, 2].map(() => openQueue(queueFolder)));
  for (const queue of adopting) assert.equal(await queue.adopt(), 0);
  assert.deepEqual(await filesIn(queueFolder), before);
  // Killed, it is nobody's: and of two that look at the same time each file has one owner.
  child.kill("SIGKILL");
  await once(child, "exit");
  const counts = await Promise.all(adopting.map((queue) => queue.adopt()));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    before.reduce((sum, { recordCount }) => sum + recordCount, 0),
  );
  for (const queue of adopting) queue.close();
});

test("a full queue on disk stores no more, and batches wait in memory", async (context) => {
  const queueFolder = await folderOf(context);
  const port = await freePort();
  const chunk = testChunk(10);
  const bytesMax = chunk.bytes.length * 3;
  const { exporter } = exporterTo(context, { port, queueFolder, bytesMax });
  for (let batch = 0; batch < 5; batch += 1) {
    exporter.accept(batch === 0 ? chunk : testChunk(10));
    await exporter.flush(200);
  }
  const { stored = 0, waiting, lost, sent } = exporter.counts();
  assert.ok(stored > 0 && waiting > 0, JSON.stringify(exporter.counts()));
  assert.equal(stored + waiting, 50);
  assert.deepEqual([lost, sent], [[], 0]);
  const receiver = await startHttpReceiver(takeHttp, port);
  context.after(() => receiver.close());
  const counts = await exporter.flush(DEADLINE_MS);
  assert.deepEqual(counts, { sent: 50, lost: [], waiting: 0, stored: 0 });
});

test("a refusal of what was stored is counted, and Retry-After is waited for", async (context) => {
  const queueFolder = await folderOf(context);
  const times: number[] = [];
  const statuses = [429, 401];
  const receiver = await startHttpReceiver((response, index) => {
    times.push(performance.now());
    const status = statuses[index] ?? 200;
    response.writeHead(status, status === 429 ? { "retry-after": "1" } : {}).end();
  });
  context.after(() => receiver.close());
  const { exporter } = exporterTo(context, { port: receiver.endpoint.port, queueFolder });
  exporter.accept(testChunk(6));
  await until(() => times.length === 2);
  await until(() => exporter.counts().lost.length > 0);
  assert.deepEqual(exporter.counts().lost, [{ reason: "export_refused", count: 6 }]);
  assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 990, times.join(" "));
  assert.deepEqual(await filesIn(queueFolder), []);
});

test("a folder that cannot be used is told, and spans wait in memory", async (context) => {
  const parent = await folderOf(context);
  const blocked = join(parent, "file");
  await writeFile(blocked, "");
  const receiver = await startHttpReceiver();
  context.after(() => receiver.close());
  const folders = [join(blocked, "below"), join(parent, "x".repeat(100))];
  for (const queueFolder of folders) {
    const { exporter, observer } = exporterTo(context, {
      port: receiver.endpoint.port,
      queueFolder,
    });
    exporter.accept(testChunk(2));
    assert.equal((await exporter.flush(DEADLINE_MS)).sent, 2);
    await until(() => observer.kinds.includes("disk"));
  }
});

test("what somebody else put into the folder stays there", async (context) => {
  const queueFolder = await folderOf(context);
  const strange = join(queueFolder, "0123456789abcdef");
  await mkdir(strange);
  await writeFile(join(queueFolder, "notes.txt"), "mine");
  const server = createServer().listen(join(strange, "alive"));
  await once(server, "listening");
  context.after(() => server.close());
  const queue = await openQueue(queueFolder);
  assert.equal(await queue.adopt(), 0);
  queue.close();
  assert.deepEqual((await readdir(queueFolder)).toSorted(), ["0123456789abcdef", "notes.txt"]);
});

test("the golden file of version 1 is what is written, and is read", async (context) => {
  const name = (await readdir(GOLDEN)).find((one) => one.endsWith(".spoorq")) ?? "";
  const golden = await readFile(new URL(name, GOLDEN));
  assert.deepEqual(parseQueueFileName(name), {
    name,
    writtenUnixMs: 1_764_000_000_000,
    signal: "traces",
    recordCount: 2,
  });
  const body = queueFileBody(golden);
  assert.equal(body?.toString(), "two spans");
  const folder = await folderOf(context);
  const queue = await openQueue(folder);
  const request: StoredRequest = {
    signal: "traces",
    recordCount: 2,
    parts: [Buffer.from("two "), Buffer.from("spans")],
    byteCount: 9,
  };
  assert.ok(await queue.store(request));
  const file = queue.first("traces");
  const [lane = ""] = await readdir(folder);
  assert.deepEqual(await readFile(join(folder, lane, file?.name ?? "")), golden);
  queue.close();
});

function openQueue(folder: string): Promise<DiskQueue> {
  return DiskQueue.open({
    folder,
    bytesMax: 2 ** 30,
    nowUnixMs: () => 1_764_000_000_000,
    onDamaged: () => assert.fail("nothing is damaged"),
  });
}

/** A process that stores batches in `folder`, says how many spans those are, and stays. */
function startStoring(folder: string, { port }: { readonly port: number }): ChildProcess {
  const path = fileURLToPath(new URL("test-storing.ts", import.meta.url));
  const flags = ["--conditions=@spoor/source"];
  return spawn(process.execPath, [...flags, path, folder, String(port)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** Lets such a process store, and kills it. Returns how many spans it has stored. */
async function killedWith(folder: string, to: { readonly port: number }): Promise<number> {
  const child = startStoring(folder, to);
  // What that program says.
  const [{ stored }] = (await once(child, "message")) as [{ readonly stored: number }];
  child.kill("SIGKILL");
  await once(child, "exit");
  return stored;
}
