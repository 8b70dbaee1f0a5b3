import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
  copyFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { errorCode } from "@spoor/trace";
import * as fc from "fast-check";
import type { ReceivedRequest } from "../base/received-request.ts";
import { readSegment, type SegmentContents } from "./segment-file.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { Spool } from "./spool.ts";

const GOLDEN_PATH = fileURLToPath(
  new URL("../../../../docs/formats/golden/spool-v1.spool", import.meta.url),
);

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), "spoor-spool-"));
});
after(() => rm(root, { recursive: true, force: true }));

let folderCount = 0;
function newFolder(): string {
  folderCount += 1;
  return join(root, String(folderCount));
}

function requestOf(text: string, fields: Partial<ReceivedRequest> = {}): ReceivedRequest {
  return {
    signal: "traces",
    encoding: "protobuf",
    compression: "identity",
    receivedAtUnixNano: 1_700_000_000_000_000_000n,
    body: Buffer.from(text),
    ...fields,
  };
}

function openSpool(path: string): Promise<Spool> {
  return Spool.open(path);
}

function startSegment(spool: Spool): Promise<SegmentWriter> {
  const { path, header } = spool.nextPlace();
  return SegmentWriter.create(path, { header, syncMode: "fsync" });
}

function readBack(spool: Spool, sequence: bigint): Promise<SegmentContents> {
  return readSegment(spool.pathOf(sequence));
}

const anyRequest: fc.Arbitrary<ReceivedRequest> = fc.record(
  {
    signal: fc.constantFrom("traces", "logs"),
    encoding: fc.constantFrom("protobuf", "json"),
    compression: fc.constantFrom("identity", "gzip", "zstd"),
    receivedAtUnixNano: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  },
  { noNullPrototype: true },
);

test("what was appended is read back in order, whatever it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRequest, { maxLength: 20 }), async (requests) => {
      const spool = await openSpool(newFolder());
      const writer = await startSegment(spool);
      await Promise.all(requests.map((request) => writer.append(request)));
      await writer.close();
      const contents = await readBack(spool, writer.header.sequence);
      assert.equal(contents.torn, undefined);
      assert.deepEqual(contents.requests, requests);
    }),
    { numRuns: 30 },
  );
});

test("segments that were left are found in order after a restart, and removed ones are gone", async () => {
  const path = newFolder();
  const first = await openSpool(path);
  const writers = [await startSegment(first), await startSegment(first), await startSegment(first)];
  for (const [index, writer] of writers.entries()) {
    await writer.append(requestOf(`request ${index}`));
    await writer.close();
  }
  await first.remove(2n);
  const second = await openSpool(path);
  assert.deepEqual(
    second.left.map(({ sequence }) => sequence),
    [1n, 3n],
  );
  const { requests } = await readBack(second, 3n);
  assert.equal(requests[0]?.body.toString(), "request 2");
});

test("no two segments share a token, also when the sequence starts over", async () => {
  const path = newFolder();
  const tokens = new Set<string | undefined>();
  for (let start = 0; start < 3; start += 1) {
    const spool = await openSpool(path);
    const writer = await startSegment(spool);
    await writer.close();
    const { token } = await readBack(spool, writer.header.sequence);
    assert.ok(token !== undefined && !tokens.has(token));
    tokens.add(token);
    await spool.remove(writer.header.sequence);
  }
});

test("a segment that is cut off at any byte gives every whole record before the cut", async () => {
  const path = newFolder();
  const spool = await openSpool(path);
  const writer = await startSegment(spool);
  const lengths: number[] = [];
  for (const text of ["first", "second", "third"]) {
    await writer.append(requestOf(text));
    lengths.push(writer.length);
  }
  await writer.close();
  const [name] = await readdir(path);
  const file = join(path, name ?? "");
  const whole = await readFile(file);
  for (let length = whole.length - 1; length >= 0; length -= 1) {
    await truncate(file, length);
    const { requests, torn } = await readBack(spool, 1n);
    assert.equal(requests.length, lengths.filter((end) => end <= length).length, `${length} bytes`);
    const isWhole = length === 32 || lengths.includes(length);
    assert.equal(torn === undefined, isWhole, `${length} bytes`);
  }
});

test("a byte that the disk changed ends the segment before its record, and is noticed", async () => {
  const path = newFolder();
  const spool = await openSpool(path);
  const writer = await startSegment(spool);
  await writer.append(requestOf("first"));
  const firstEnd = writer.length;
  await writer.append(requestOf("second"));
  await writer.close();
  const file = join(path, (await readdir(path))[0] ?? "");
  const whole = await readFile(file);
  for (let at = firstEnd; at < whole.length; at += 1) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    await writeFile(file, damaged);
    const { requests, torn } = await readBack(spool, 1n);
    assert.equal(requests.length, 1, `byte ${at}`);
    assert.notEqual(torn, undefined, `byte ${at}`);
  }
});

test("rubbish after the last record is not taken for a request", async () => {
  const path = newFolder();
  const spool = await openSpool(path);
  const writer = await startSegment(spool);
  await writer.append(requestOf("first"));
  await writer.close();
  await appendFile(join(path, (await readdir(path))[0] ?? ""), Buffer.alloc(4096));
  const { requests, torn } = await readBack(spool, 1n);
  assert.equal(requests.length, 1);
  assert.notEqual(torn, undefined);
});

test("a file that is no segment is an error and stays where it is", async () => {
  const path = newFolder();
  const spool = await openSpool(path);
  const writer = await startSegment(spool);
  await writer.close();
  const file = join(path, (await readdir(path))[0] ?? "");
  await writeFile(file, Buffer.alloc(100, 0x20));
  await assert.rejects(readBack(spool, 1n), (error) => errorCode(error) === "SPOOR_SPOOL_READ");
  assert.equal((await readFile(file)).length, 100);
});

test("a segment of another version is refused, not read as empty", async () => {
  const path = newFolder();
  const spool = await openSpool(path);
  const writer = await startSegment(spool);
  await writer.close();
  const file = join(path, (await readdir(path))[0] ?? "");
  const bytes = await readFile(file);
  bytes.writeUInt16LE(2, 8);
  await writeFile(file, bytes);
  await assert.rejects(readBack(spool, 1n), /version 2/);
});

test("a full disk refuses appends, keeps what it had, and takes more once there is room", async (context) => {
  const path = newFolder();
  await mkdir(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return context.skip("a full disk needs a small file system, and this user may not mount one");
  }
  try {
    const spool = await openSpool(path);
    const writer = await startSegment(spool);
    await writer.append(requestOf("kept"));
    const filler = join(path, "filler");
    await writeFile(filler, Buffer.alloc(40 * 1024));
    const tooMuch = requestOf("x".repeat(30 * 1024));
    await assert.rejects(writer.append(tooMuch), (error: unknown) => {
      assert.equal(errorCode(error), "SPOOR_SPOOL_WRITE");
      assert.ok(typeof error === "object" && error !== null && "retryable" in error);
      assert.equal(error.retryable, true);
      return true;
    });
    await rm(filler);
    await writer.append(requestOf("kept later"));
    await writer.close();
    const { requests, torn } = await readBack(spool, 1n);
    assert.deepEqual(
      requests.map(({ body }) => body.toString()),
      ["kept", "kept later"],
    );
    assert.equal(torn, undefined);
  } finally {
    execFileSync("umount", [path]);
  }
});

test("the golden file of version 1 is read as it was written", async () => {
  const path = newFolder();
  await mkdir(path);
  await copyFile(GOLDEN_PATH, join(path, "00000000000000000007.spool"));
  const spool = await openSpool(path);
  const { token, requests, torn } = await readBack(spool, 7n);
  assert.equal(token, "0123456789abcdef-7");
  assert.equal(torn, undefined);
  assert.deepEqual(
    requests.map(({ signal, encoding, compression, receivedAtUnixNano }) => [
      signal,
      encoding,
      compression,
      receivedAtUnixNano,
    ]),
    [
      ["traces", "protobuf", "identity", 1_700_000_000_000_000_000n],
      ["traces", "json", "gzip", 1_700_000_000_000_000_001n],
      ["logs", "protobuf", "zstd", 1_700_000_000_000_000_002n],
    ],
  );
  const plain = {
    identity: (body: Uint8Array) => Buffer.from(body),
    gzip: gunzipSync,
    zstd: zstdDecompressSync,
  };
  for (const { body, compression } of requests) {
    assert.equal(plain[compression](body).toString(), "a body, whatever it holds");
  }
});
