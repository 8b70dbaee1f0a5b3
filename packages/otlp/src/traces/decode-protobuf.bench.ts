/*
 * CPU per million spans, from a protobuf body: to columns here, against protobufjs to its objects,
 * in one process, in alternating slices. protobufjs gets the easier task: its objects would still
 * have to be turned into columns.
 *
 * Run: node --conditions=@spoor/source packages/otlp/src/traces/decode-protobuf.bench.ts [rounds]
 */
import { LossLedger, SpanBatch } from "@spoor/trace";
import { BenchSpans, SPANS_PER_REQUEST } from "./bench-spans.bench.ts";
import { decodeTracesJson } from "./decode-json.ts";
import { decodeTracesProtobuf } from "./decode-protobuf.ts";
import { encodeTracesJson } from "./encode-json.ts";
import { encodeTracesProtobuf } from "./encode-protobuf.ts";
import { requestType } from "./protobufjs-messages.fuzz.ts";

/** How much to run. */
export interface BenchSize {
  /** Distinct requests, decoded in turn. */
  readonly requestCount: number;
  /** Alternating slices of each decoder. */
  readonly roundCount: number;
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
export function benchDecode({ requestCount, roundCount }: BenchSize): BenchResult[] {
  const source = new BenchSpans(12_345);
  const requests = Array.from({ length: requestCount }, () => source.request());
  const bodies = requests.map((spans) => encodeTracesProtobuf(spans));
  const encoder = new TextEncoder();
  const texts = requests.map((spans) => encoder.encode(JSON.stringify(encodeTracesJson(spans))));
  const contenders: readonly Contender[] = [
    { name: "spoor protobuf", decodeAll: () => decodeHere(decodeTracesProtobuf, bodies) },
    { name: "spoor json", decodeAll: () => decodeHere(decodeTracesJson, texts) },
    { name: "protobufjs objects", decodeAll: () => decodeByProtobufjs(bodies) },
  ];
  const rounds = Array.from({ length: roundCount }, () => contenders.map(measure));
  return contenders.map(({ name }, index) => ({
    name,
    cpuSecondsPerMillion: rounds.map(
      (slices) => (slices[index]?.cpuSeconds ?? 0) / ((requestCount * SPANS_PER_REQUEST) / 1e6),
    ),
    checksum: rounds[0]?.[index]?.checksum ?? 0,
  }));
}

function measure({ decodeAll }: Contender): { cpuSeconds: number; checksum: number } {
  const start = process.cpuUsage();
  const checksum = decodeAll();
  const { user, system } = process.cpuUsage(start);
  return { cpuSeconds: (user + system) / 1e6, checksum };
}

/** All requests into one batch, as the ingest path gathers them. */
function decodeHere(decode: typeof decodeTracesProtobuf, bodies: readonly Uint8Array[]): number {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  for (const body of bodies) decode(body, batch, ledger);
  return batch.spanCount + batch.attributes.count + batch.events.count + batch.links.count;
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

if (import.meta.main) {
  const roundCount = Number(process.argv[2] ?? 9);
  for (const result of benchDecode({ requestCount: 32, roundCount })) {
    const { name, cpuSecondsPerMillion: all, checksum } = result;
    const numbers = `min ${Math.min(...all).toFixed(2)}  median ${median(all).toFixed(2)}`;
    console.log(`${name.padEnd(20)} CPU s per million spans: ${numbers}  checksum ${checksum}`);
  }
}
