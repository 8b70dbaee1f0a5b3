/* The JSON documents of a file: one, or one for each line; compressed or not. */
import type { PassThrough } from "node:stream";
import { errorMessage } from "@spoor/trace";
import { failure } from "../exit/error-codes.ts";

/** A document and where it stands, for the words of an error. */
export interface Document {
  readonly text: string;
  /** "line 3", or "the document". */
  readonly place: string;
}

/** Where a file is read from. */
export interface DocumentSource {
  /** A path, or "-" for stdin. */
  readonly path: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly lineBytesMax: number;
}

/**
 * The documents of a file, as they are read: a file of lines is never whole in memory. A file whose
 * first line is no whole document is one document.
 *
 * @throws SPOOR_CLI_FILE when it cannot be read.
 */
export async function* documentLines(source: DocumentSource): AsyncGenerator<Document> {
  let number = 0;
  /** Undefined until the first line has said whether there is a document in each. */
  let isOfLines: boolean | undefined;
  let whole = "";
  for await (const line of linesOf(source)) {
    number += 1;
    if (line.trim() === "") continue;
    isOfLines ??= isJson(line);
    if (isOfLines) yield { text: line, place: `line ${number}` };
    else whole += `${line}\n`;
    if (whole.length > source.lineBytesMax) throw tooLong(source);
  }
  if (whole !== "") yield { text: whole, place: "the document" };
}

async function* linesOf(source: DocumentSource): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of await openBytes(source)) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
      if (rest.length > source.lineBytesMax) throw tooLong(source);
    }
  } catch (cause) {
    if (cause instanceof Error && "hint" in cause) throw cause;
    throw failure("SPOOR_CLI_FILE", {
      what: `cannot read ${source.path}`,
      why: errorMessage(cause),
      hint: "give a file of OTLP JSON, or - for stdin; it may be compressed with gzip",
      cause,
    });
  }
  yield rest + decoder.decode();
}

/** The bytes of the file, decompressed when they begin as gzip does. */
async function openBytes({ path, stdin }: DocumentSource): Promise<AsyncIterable<Uint8Array>> {
  const { createReadStream } = process.getBuiltinModule("node:fs");
  const streams = process.getBuiltinModule("node:stream");
  const { createGunzip } = process.getBuiltinModule("node:zlib");
  const input: NodeJS.ReadableStream = path === "-" ? stdin : createReadStream(path);
  const bytes = new streams.PassThrough();
  input.on("error", (error: Error) => bytes.destroy(error));
  input.pipe(bytes);
  const first = await firstChunk(bytes);
  const isGzip = first?.[0] === 0x1f && first[1] === 0x8b;
  if (!isGzip) return bytes;
  const gunzip = createGunzip();
  bytes.on("error", (error: Error) => gunzip.destroy(error));
  return bytes.pipe(gunzip);
}

/** Looks at the beginning without taking it. */
async function firstChunk(bytes: PassThrough): Promise<Uint8Array | undefined> {
  const events = process.getBuiltinModule("node:events");
  await Promise.race([events.once(bytes, "readable"), events.once(bytes, "end")]);
  // A stream without an encoding gives buffers.
  const chunk = bytes.read() as Buffer | null;
  if (chunk !== null) bytes.unshift(chunk);
  return chunk ?? undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function tooLong({ path, lineBytesMax }: DocumentSource): Error {
  return failure("SPOOR_CLI_FILE", {
    what: `cannot read ${path}`,
    why: `a document has more than ${lineBytesMax} characters`,
    hint: "write a document for each trace, one in a line",
  });
}
