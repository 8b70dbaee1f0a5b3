/*
 * A trace file, read in the browser and shown to nobody else. Loaded when somebody drops one.
 *
 * 1. The file is text, perhaps compressed with gzip: one JSON document, or one for each line.
 * 2. Each document is OTLP JSON, what Spoor's own API answers, or what Jaeger's answers. The latter
 *    two are brought into the form of the first.
 * 3. One decoder reads them all, the one that reads what senders send: by the same limits, with the
 *    same words for what is wrong where.
 */
import { decodeTracesJson } from "@spoor/otlp/traces-json";
import { errorMessage, formatBytes, LossLedger, type Span, SpanBatch, spansOf } from "@spoor/trace";
import { isJaegerDocument, otlpOfJaeger } from "./jaeger-json.ts";
import { isObject, type JsonObject } from "./json-object.ts";

/** The traces of a file. */
export interface TraceFile {
  readonly name: string;
  /** The one that began first stands first; spans in the order of the file. */
  readonly traces: readonly FileTrace[];
  /** What of the file could not be kept, in words; often empty. */
  readonly problems: readonly string[];
}

/** The spans of one trace of a file. */
export interface FileTrace {
  readonly traceId: string;
  readonly spans: readonly Span[];
}

/** Why a file cannot be shown, in words that complete "cannot read x: ". */
export class FileProblem extends Error {
  override readonly name = "FileProblem";
}

/** Browsers hold no text of more than some 500 million characters. */
const FILE_BYTES_MAX = 400 * 1024 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b];

/** Reads a file. @throws FileProblem */
export async function readTraceFile(file: File): Promise<TraceFile> {
  const text = await textOf(file);
  if (text.trim() === "") throw new FileProblem("it is empty");
  const batch = new SpanBatch();
  const problems: string[] = [];
  for (const { place, body } of otlpBodies(text)) {
    const decoded = decodeTracesJson(new TextEncoder().encode(body), batch, new LossLedger());
    if (decoded.malformed !== undefined) throw new FileProblem(`${place}: ${decoded.malformed}`);
    problems.push(...decoded.problems.map((problem) => `${place}: ${problem}`));
  }
  const byTrace = Map.groupBy(spansOf(batch), ({ traceId }) => traceId);
  if (byTrace.size === 0) throw new FileProblem("there is no span in it");
  const traces = Array.from(byTrace, ([traceId, spans]) => ({ traceId, spans }));
  return {
    name: file.name,
    traces: traces.sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1)),
    problems,
  };
}

function startOf({ spans }: FileTrace): bigint {
  return spans.reduce(
    (first, { startTimeUnixNano: start }) => (start > 0n && start < first ? start : first),
    2n ** 64n,
  );
}

async function textOf(file: File): Promise<string> {
  if (file.size > FILE_BYTES_MAX) throw tooLarge(file.size);
  const head = new Uint8Array(await file.slice(0, GZIP_MAGIC.length).arrayBuffer());
  const isGzip = GZIP_MAGIC.every((byte, index) => head[index] === byte);
  try {
    if (!isGzip) return await file.text();
    return await unzipped(file.stream().pipeThrough(new DecompressionStream("gzip")));
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    throw new FileProblem(errorMessage(error));
  }
}

/** A small file may become one that no machine can hold. */
async function unzipped(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    bytes += piece.value.length;
    if (bytes > FILE_BYTES_MAX) {
      await reader.cancel();
      throw tooLarge(bytes);
    }
    text += decoder.decode(piece.value, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(bytes: number): FileProblem {
  return new FileProblem(
    `it has ${formatBytes(bytes)}, and a page holds ${formatBytes(FILE_BYTES_MAX)}; ` +
      "spoor import takes files of any size",
  );
}

interface OtlpBody {
  /** "the document", "line 3". */
  readonly place: string;
  readonly body: string;
}

/** The documents of a file as OTLP JSON. Text that already is stays as it is. */
function* otlpBodies(text: string): Generator<OtlpBody> {
  const whole = parsed(text);
  if ("value" in whole) {
    yield* bodiesOf(whole.value, { place: "the document", body: text });
    return;
  }
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  // Of a file whose first line is no document, the mistake of the whole is the telling one.
  if (!("value" in parsed(lines[first] ?? "")))
    throw new FileProblem(`it is no JSON: ${whole.why}`);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const place = `line ${index + 1}`;
    const document = parsed(line);
    if (!("value" in document)) throw new FileProblem(`${place} is no JSON: ${document.why}`);
    yield* bodiesOf(document.value, { place, body: line });
  }
}

function parsed(text: string): { readonly value: unknown } | { readonly why: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { why: errorMessage(error) };
  }
}

function* bodiesOf(value: unknown, { place, body }: OtlpBody): Generator<OtlpBody> {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      const eachBody = { place: `item ${index + 1} of ${place}`, body: JSON.stringify(each) };
      yield* bodiesOf(each, eachBody);
    }
    return;
  }
  if (!isObject(value)) throw unknownForm(place);
  const { trace } = value;
  if ("resourceSpans" in value || "resource_spans" in value) yield { place, body };
  else if (isOwnDocument(value)) yield { place, body: JSON.stringify(otlpOfOwn(value)) };
  else if (isObject(trace) && isOwnDocument(trace)) {
    yield { place, body: JSON.stringify(otlpOfOwn(trace)) };
  } else if (isJaegerDocument(value)) {
    for (const each of value.data) yield { place, body: JSON.stringify(otlpOfJaeger(each)) };
  } else throw unknownForm(place);
}

function unknownForm(place: string): FileProblem {
  return new FileProblem(
    `${place} is neither OTLP JSON (resourceSpans), nor a trace as Spoor's API or Jaeger's gives it`,
  );
}

type OwnDocument = JsonObject & { readonly spans: readonly unknown[] };

/** A trace as `GET /api/v1/traces/{id}` gives it. */
function isOwnDocument(value: JsonObject): value is OwnDocument {
  return (
    typeof value["traceId"] === "string" &&
    Array.isArray(value["resources"]) &&
    Array.isArray(value["scopes"]) &&
    Array.isArray(value["spans"])
  );
}

/** Named as in OTLP; but resources and scopes stand once, and spans name their index. */
function otlpOfOwn({ traceId, resources, scopes, spans }: OwnDocument): JsonObject {
  const groups = Map.groupBy(spans.filter(isObject), (span) =>
    JSON.stringify([span["resource"], span["scope"]]),
  );
  return {
    resourceSpans: Array.from(groups.values(), (members) => {
      const resource = itemOf(resources, members[0]?.["resource"]);
      const scope = itemOf(scopes, members[0]?.["scope"]);
      const own = members.map(({ resource: _resource, scope: _scope, ...span }) => ({
        traceId,
        ...span,
      }));
      return {
        ...envelope("resource", resource),
        scopeSpans: [{ ...envelope("scope", scope), spans: own }],
      };
    }),
  };
}

function itemOf(list: unknown, index: unknown): unknown {
  return Array.isArray(list) && typeof index === "number" ? list[index] : undefined;
}

/** Outside of it, as OTLP has it, stands the address of its schema. */
function envelope(name: string, value: unknown): JsonObject {
  if (!isObject(value)) return {};
  const { schemaUrl, ...rest } = value;
  return { [name]: rest, ...(schemaUrl === undefined ? {} : { schemaUrl }) };
}
