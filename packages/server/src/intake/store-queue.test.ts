import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogBlock, SpanBlock } from "@spoor/store/block";
import { SpoorError } from "@spoor/trace";
import { StoreQueue, type StoreQueueOptions } from "./store-queue.ts";
import type { Sealed } from "./worker-messages.ts";

function blockOf(spanCount: number): SpanBlock {
  return {
    spanCount,
    columns: [],
    bytes: new Uint8Array(),
    resources: [],
    scopes: [],
    newestTraceIds: new Uint8Array(),
    catalogue: { operations: [], keys: [], values: [] },
  };
}

function logBlockOf(logRecordCount: number): LogBlock {
  return { logRecordCount, columns: [], bytes: new Uint8Array(), resources: [], scopes: [] };
}

function sealedOf(sequence: bigint, spanCount: number = 1): Sealed {
  const token = `token-${sequence}`;
  return { sequence, token, block: blockOf(spanCount), logBlock: undefined, senders: [] };
}

/** Records what the queue does, in order. */
class Recorder {
  readonly events: string[] = [];
  readonly reread: bigint[] = [];
  /** Thrown by the next writes, one each. */
  readonly failures: Error[] = [];

  queue(options: Partial<StoreQueueOptions> = {}): StoreQueue {
    return new StoreQueue({
      blocksInMemoryMax: 3,
      spool: {
        remove: async (sequence) => void this.events.push(`remove ${sequence}`),
        setAside: async (sequence) => {
          this.events.push(`set aside ${sequence}`);
          return `/spool/refused/${sequence}`;
        },
      },
      writeBlock: (_block, token) => this.#write(token),
      writeLogBlock: (_block, token) => this.#write(token),
      reread: async (sequence) => {
        this.reread.push(sequence);
        return sealedOf(sequence);
      },
      onStored: ({ spanCount }) => void this.events.push(`stored ${spanCount}`),
      onDone: () => undefined,
      onSetAside: ({ spanCount, logRecordCount, message }) =>
        void this.events.push(`lost ${spanCount} and ${logRecordCount}: ${message}`),
      onProblem: (message) => void this.events.push(message),
      ...options,
    });
  }

  async #write(token: string): Promise<void> {
    const failure = this.failures.shift();
    this.events.push(failure === undefined ? `write ${token}` : `fail ${token}`);
    if (failure !== undefined) throw failure;
  }
}

const AWAY = new SpoorError("cannot store spans: away", { code: "TEST", retryable: true });

test("segments are stored in order, and each is removed once it is stored", async () => {
  const recorder = new Recorder();
  const queue = recorder.queue();
  queue.push({ sequence: 1n, sizeBytes: 10, sealed: sealedOf(1n, 5) });
  queue.push({ sequence: 2n, sizeBytes: 20, sealed: sealedOf(2n, 6) });
  assert.equal(queue.spooledBytes, 30);
  await queue.settled(60_000);
  assert.deepEqual(recorder.events, [
    "write token-1",
    "remove 1",
    "stored 5",
    "write token-2",
    "remove 2",
    "stored 6",
  ]);
  assert.equal(queue.segmentCount, 0);
});

test("while the store is away the same segment is tried again under the same token", async () => {
  const recorder = new Recorder();
  recorder.failures.push(AWAY, AWAY);
  const queue = recorder.queue();
  queue.push({ sequence: 7n, sizeBytes: 10, sealed: sealedOf(7n) });
  await queue.settled(60_000);
  assert.deepEqual(recorder.events, [
    "fail token-7",
    "fail token-7",
    "write token-7",
    "remove 7",
    "stored 1",
  ]);
});

test("a segment that the store refuses for good does not hold up the next one", async () => {
  const recorder = new Recorder();
  recorder.failures.push(new SpoorError("cannot store spans: bad column", { code: "TEST" }));
  const queue = recorder.queue();
  queue.push({ sequence: 1n, sizeBytes: 10, sealed: sealedOf(1n, 3) });
  queue.push({ sequence: 2n, sizeBytes: 10, sealed: sealedOf(2n, 4) });
  await queue.settled(60_000);
  assert.deepEqual(recorder.events, [
    "fail token-1",
    "set aside 1",
    "lost 3 and 0: cannot store spans: bad column; its requests are kept in /spool/refused/1",
    "write token-2",
    "remove 2",
    "stored 4",
  ]);
});

test("beyond the first few, segments let go of their blocks and are read again", async () => {
  const recorder = new Recorder();
  recorder.failures.push(AWAY);
  const queue = recorder.queue();
  for (let sequence = 1n; sequence <= 6n; sequence += 1n) {
    queue.push({ sequence, sizeBytes: 10, sealed: sealedOf(sequence) });
  }
  await queue.settled(60_000);
  assert.deepEqual(recorder.reread, [4n, 5n, 6n]);
  assert.equal(recorder.events.filter((event) => event.startsWith("remove")).length, 6);
});

test("a segment is removed when its spans and its log records are stored, not before", async () => {
  const recorder = new Recorder();
  const queue = recorder.queue();
  queue.push({
    sequence: 1n,
    sizeBytes: 10,
    sealed: { ...sealedOf(1n, 5), logBlock: logBlockOf(2) },
  });
  await queue.settled(60_000);
  const stored = ["write token-1", "write token-1-logs", "remove 1", "stored 5"];
  assert.deepEqual(recorder.events, stored);
});

test("when only the log records could not be stored both are sent again", async () => {
  const recorder = new Recorder();
  const queue = recorder.queue({
    writeLogBlock: async (_block, token) => {
      const isFirst = !recorder.events.includes(`fail ${token}`);
      recorder.events.push(`${isFirst ? "fail" : "write"} ${token}`);
      if (isFirst) throw AWAY;
    },
  });
  queue.push({
    sequence: 1n,
    sizeBytes: 10,
    sealed: { ...sealedOf(1n, 5), logBlock: logBlockOf(2) },
  });
  await queue.settled(60_000);
  const again = ["write token-1", "write token-1-logs", "remove 1", "stored 5"];
  assert.deepEqual(recorder.events, ["write token-1", "fail token-1-logs", ...again]);
});

test("of a segment that is set aside only what the store refused is counted", async () => {
  const recorder = new Recorder();
  recorder.failures.push(new SpoorError("cannot store spans: bad column", { code: "TEST" }));
  const queue = recorder.queue();
  queue.push({
    sequence: 1n,
    sizeBytes: 10,
    sealed: { ...sealedOf(1n, 5), logBlock: logBlockOf(2) },
  });
  await queue.settled(60_000);
  assert.deepEqual(recorder.events, [
    "fail token-1",
    "write token-1-logs",
    "set aside 1",
    "lost 5 and 0: cannot store spans: bad column; its requests are kept in /spool/refused/1",
  ]);
});

test("a segment without spans is removed and nothing is written", async () => {
  const recorder = new Recorder();
  const queue = recorder.queue();
  const sealed: Sealed = {
    sequence: 1n,
    token: "token-1",
    block: undefined,
    logBlock: undefined,
    senders: [],
  };
  queue.push({ sequence: 1n, sizeBytes: 10, sealed });
  await queue.settled(60_000);
  assert.deepEqual(recorder.events, ["remove 1"]);
});

test("a stop leaves in the spool what is not stored", async () => {
  const recorder = new Recorder();
  const queue = recorder.queue({
    writeBlock: async () => {
      throw AWAY;
    },
  });
  queue.push({ sequence: 1n, sizeBytes: 10, sealed: sealedOf(1n) });
  await queue.settled(1);
  await queue.stop();
  assert.equal(queue.segmentCount, 1);
  assert.deepEqual(recorder.events, []);
});

test("a segment that was read only in part is reported and its whole records are stored", async () => {
  const recorder = new Recorder();
  const queue = recorder.queue({
    reread: async (sequence) => ({ ...sealedOf(sequence), torn: "a checksum is wrong" }),
  });
  queue.push({ sequence: 9n, sizeBytes: 10 });
  await queue.settled(60_000);
  assert.match(recorder.events[0] ?? "", /segment 9 .*a checksum is wrong/);
  assert.deepEqual(recorder.events.slice(1), ["write token-9", "remove 9", "stored 1"]);
});

test("whoever waits for a segment is told when it is stored, or that it takes too long", async () => {
  const recorder = new Recorder();
  recorder.failures.push(AWAY);
  const queue = recorder.queue();
  queue.push({ sequence: 1n, sizeBytes: 10, sealed: sealedOf(1n) });
  queue.push({ sequence: 2n, sizeBytes: 10, sealed: sealedOf(2n) });
  assert.equal(await queue.doneUpTo(2n, 1), false);
  assert.equal(await queue.doneUpTo(1n, 60_000), true);
  assert.equal(await queue.doneUpTo(2n, 60_000), true);
  assert.equal(await queue.doneUpTo(2n, 0), true);
});

test("a segment without a file that the store refuses for good is lost, and said to be", async () => {
  const recorder = new Recorder();
  recorder.failures.push(new Error("refused"));
  const queue = recorder.queue({
    spool: { remove: async () => undefined, setAside: async () => undefined },
  });
  queue.push({ sequence: 1n, sizeBytes: 10, sealed: sealedOf(1n, 5) });
  await queue.settled(60_000);
  assert.deepEqual(recorder.events, [
    "fail token-1",
    "lost 5 and 0: refused; its requests are lost, for they were not spooled",
  ]);
});
