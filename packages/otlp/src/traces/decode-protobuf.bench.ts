/*
 * CPU per million spans, from a protobuf body to columns: here, and by protobufjs and its objects.
 * Both are checked once to have read the same in every field. For comparison: JSON here, and
 * protobufjs to its objects only.
 *
 * Started as a program it measures each in fresh processes that take turns: in one process they
 * share the code that fills columns, and the machine code that fits one of them slows the others.
 *
 * Run: node --conditions=@spoor/source packages/otlp/src/traces/decode-protobuf.bench.ts
 *   [rounds [contender...]]
 * The last line is one line of JSON.
 */
import { deepStrictEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { LossLedger, SpanBatch, spansOf } from "@spoor/trace";
import { BenchSpans, SPANS_PER_REQUEST } from "./bench-spans.bench.ts";
import { decodeTracesJson } from "./decode-json.ts";
import { decodeTracesProtobuf } from "./decode-protobuf.ts";
import { encodeTracesJson } from "./encode-json.ts";
import { encodeTracesProtobuf } from "./encode-protobuf.ts";
import { ProtobufjsColumns } from "./protobufjs-columns.bench.ts";
import { requestType } from "./protobufjs-messages.fuzz.ts";

/** How much to run. */
export interface BenchSize {
  /** Only the contender of this name. */
  readonly only?: string;
  /** Distinct requests, decoded in turn. */
  readonly requestCount: number;
  /** Alternating slices of each decoder, at least. */
  readonly roundCount: number;
  /** More of them until all took so much CPU together. */
  readonly cpuSecondsMin?: number;
}

/** What came of one decoder. */
export interface BenchResult {
  readonly name: string;
  /** CPU seconds of the process per million spans, one per round. */
  readonly cpuSecondsPerMillion: readonly number[];
  /** The same for every run over the same requests. */
  readonly checksum: number;
}

interface Contender {
  readonly name: string;
  readonly decodeAll: () => number;
}

/** Runs every decoder over the same requests. */
export function benchDecode(options: BenchSize): BenchResult[] {
  const { only, requestCount, roundCount, cpuSecondsMin = 0 } = options;
  const needsJson = only === undefined || only === "spoor json";
  const { bodies, texts } = encodeRequests(requestCount, needsJson);
  // Cleared and used again, as the ingest path does; by both contenders.
  const batch = new SpanBatch();
  const all: readonly Contender[] = [
    { name: "spoor protobuf", decodeAll: () => decodeHere(decodeTracesProtobuf, bodies, batch) },
    { name: "protobufjs columns", decodeAll: () => sumOf(protobufjsBatch(bodies, batch)) },
    { name: "spoor json", decodeAll: () => decodeHere(decodeTracesJson, texts, batch) },
    { name: "protobufjs objects", decodeAll: () => decodeByProtobufjs(bodies) },
  ];
  const contenders = all.filter(({ name }) => only === undefined || name === only);
  const rounds: Slice[][] = [];
  for (let spent = 0; rounds.length < roundCount || spent < cpuSecondsMin;) {
    const slices = contenders.map(measure);
    spent = slices.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, spent);
    rounds.push(slices);
  }
  return contenders.map(({ name }, index) => ({
    name,
    cpuSecondsPerMillion: rounds.map(
      (slices) => (slices[index]?.cpuSeconds ?? 0) / ((requestCount * SPANS_PER_REQUEST) / 1e6),
    ),
    checksum: rounds[0]?.[index]?.checksum ?? 0,
  }));
}

/**
 * Bytes of JavaScript objects that the scanner makes for each span: what one slice leaves on the
 * heap when nothing is collected in between. Typed arrays and their memory are not in it.
 */
function heapBytesPerSpan(requestCount: number): number {
  const { bodies } = encodeRequests(requestCount, false);
  const batch = new SpanBatch();
  const decodeAll = (): number => decodeHere(decodeTracesProtobuf, bodies, batch);
  for (let slice = 0; slice < SLICES_PER_PROCESS; slice += 1) decodeAll();
  globalThis.gc?.();
  // The first slice after a collection makes code again that was thrown away with it.
  decodeAll();
  const before = process.memoryUsage().heapUsed;
  decodeAll();
  return (process.memoryUsage().heapUsed - before) / (requestCount * SPANS_PER_REQUEST);
}

/** In a process that collects nothing by itself within two slices. */
function measureHeap(): number {
  const flags = ["--conditions=@spoor/source", "--expose-gc", "--max-semi-space-size=64"];
  const args = [...flags, import.meta.filename, "--heap"];
  return Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

interface Slice {
  readonly cpuSeconds: number;
  readonly checksum: number;
}

function measure({ decodeAll }: Contender): Slice {
  const start = process.cpuUsage();
  const checksum = decodeAll();
  const { user, system } = process.cpuUsage(start);
  return { cpuSeconds: (user + system) / 1e6, checksum };
}

/** In a function of its own: every collection would mark the spans again, if they were kept. */
function encodeRequests(
  requestCount: number,
  needsJson: boolean,
): { readonly bodies: Uint8Array[]; readonly texts: Uint8Array[] } {
  const source = new BenchSpans(12_345);
  const encoder = new TextEncoder();
  const bodies: Uint8Array[] = [];
  const texts: Uint8Array[] = [];
  for (let count = 0; count < requestCount; count += 1) {
    const spans = source.request();
    bodies.push(encodeTracesProtobuf(spans));
    if (needsJson) texts.push(encoder.encode(JSON.stringify(encodeTracesJson(spans))));
  }
  return { bodies, texts };
}

/** All requests into one batch, as the ingest path gathers them. */
function decodeHere(
  decode: typeof decodeTracesProtobuf,
  bodies: readonly Uint8Array[],
  batch: SpanBatch,
): number {
  batch.clear();
  const ledger = new LossLedger();
  for (const body of bodies) decode(body, batch, ledger);
  return sumOf(batch);
}

function protobufjsBatch(bodies: readonly Uint8Array[], batch: SpanBatch): SpanBatch {
  batch.clear();
  const columns = new ProtobufjsColumns(batch);
  for (const body of bodies) columns.append(body);
  return batch;
}

function sumOf(batch: SpanBatch): number {
  return batch.spanCount + batch.attributes.count + batch.events.count + batch.links.count;
}

/** @throws AssertionError when a field of a span differs between protobufjs and us. */
export function assertSameColumns(): void {
  const bodies = [encodeTracesProtobuf(new BenchSpans(1).request())];
  const batch = new SpanBatch();
  for (const body of bodies) decodeTracesProtobuf(body, batch, new LossLedger());
  deepStrictEqual(spansOf(batch), spansOf(protobufjsBatch(bodies, new SpanBatch())));
}

function decodeByProtobufjs(bodies: readonly Uint8Array[]): number {
  let count = 0;
  for (const body of bodies) {
    // The shape that the schema in protobufjs-messages.fuzz.ts describes.
    const request = requestType.decode(body) as unknown as ProtobufjsRequest;
    for (const { scopeSpans } of request.resourceSpans) {
      for (const { spans } of scopeSpans) {
        count += spans.length;
        for (const span of spans) {
          count += span.attributes.length + span.events.length + span.links.length;
        }
      }
    }
  }
  return count;
}

interface ProtobufjsRequest {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly attributes: readonly unknown[];
        readonly events: readonly unknown[];
        readonly links: readonly unknown[];
      }[];
    }[];
  }[];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

const NAMES = ["spoor protobuf", "protobufjs columns", "spoor json", "protobufjs objects"];

/** Requests of one batch: as many spans as the ingest path puts into one. */
const REQUEST_COUNT = 98;

/** Slices that each process runs, and those of them, while code is compiled, that do not count. */
const SLICES_PER_PROCESS = 8;
const WARM_UP_SLICES = 3;

/**
 * A process lasts long enough for a moment in which the machine is slow not to be most of it; the
 * eight slices of a fast decoder are half a second.
 */
const PROCESS_CPU_SECONDS = 1.5;

function measureInProcess(name: string): BenchResult {
  const args = ["--conditions=@spoor/source", import.meta.filename, "--only", name];
  // Written by this very file.
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as BenchResult;
}

function main(roundCount: number, names: readonly string[]): void {
  assertSameColumns();
  const slices = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < roundCount; round += 1) {
    for (const [name, all] of slices) {
      all.push(...measureInProcess(name).cpuSecondsPerMillion.slice(WARM_UP_SLICES));
    }
  }
  for (const [name, all] of slices) {
    const numbers = `min ${Math.min(...all).toFixed(2)}  median ${median(all).toFixed(2)}`;
    console.log(`${name.padEnd(20)} CPU s per million spans: ${numbers}`);
  }
  const scanner = median(slices.get("spoor protobuf") ?? []);
  const protobufjs = median(slices.get("protobufjs columns") ?? []);
  const timesCheaper = protobufjs / scanner;
  const heapBytes = measureHeap();
  console.log(`objects of the scanner: ${heapBytes.toFixed(1)} bytes per span`);
  console.log(JSON.stringify({ scanner, protobufjs, timesCheaper, heapBytesPerSpan: heapBytes }));
}

if (import.meta.main) {
  const [first, ...names] = process.argv.slice(2);
  const [only] = names;
  if (first === "--heap") console.log(heapBytesPerSpan(REQUEST_COUNT));
  else if (first === "--only" && only !== undefined) {
    const [result] = benchDecode({
      only,
      requestCount: REQUEST_COUNT,
      roundCount: SLICES_PER_PROCESS,
      cpuSecondsMin: PROCESS_CPU_SECONDS,
    });
    console.log(JSON.stringify(result));
  } else main(Number(first ?? 5), names.length > 0 ? names : NAMES);
}
