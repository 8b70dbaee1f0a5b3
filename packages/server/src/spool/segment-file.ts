import { readFile } from "node:fs/promises";
import { errorMessage, SpoorError } from "@spoor/trace";
import type { ServerErrorCode } from "../base/error-codes.ts";
import type { ReceivedRequest } from "../base/received-request.ts";
import {
  decodeRecord,
  decodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from "./segment-format.ts";

/** What a segment holds. */
export interface SegmentContents {
  /** Names the segment to the store; undefined when it has no header, and so no records. */
  readonly token: string | undefined;
  /** In the order in which they were acknowledged. Bodies are views of one buffer. */
  readonly requests: readonly ReceivedRequest[];
  /** Why reading stopped before the end of the file. What follows was never acknowledged. */
  readonly torn: string | undefined;
}

/**
 * Reads a segment whole.
 *
 * @throws SPOOR_SPOOL_READ when it cannot be read, or is not a segment of this version: the file is
 * left alone then.
 */
export async function readSegment(path: string): Promise<SegmentContents> {
  const segment = await readFile(path).catch((error: unknown) => {
    throw cannotRead(path, errorMessage(error), error);
  });
  // A crash between creating the file and writing its header leaves nothing acknowledged.
  if (segment.length < SEGMENT_HEADER_BYTES) {
    return { token: undefined, requests: [], torn: "it ends inside its header" };
  }
  const header = decodeSegmentHeader(segment);
  if ("problem" in header) throw cannotRead(path, header.problem);
  return { token: segmentToken(header), ...readRecords(segment) };
}

/** The name of a segment that no other one has: what the store deduplicates by. */
export function segmentToken({ spoolId, sequence }: SegmentHeader): string {
  return `${spoolId.toString(16).padStart(16, "0")}-${sequence}`;
}

function readRecords(segment: Uint8Array): Pick<SegmentContents, "requests" | "torn"> {
  const requests: ReceivedRequest[] = [];
  let read = decodeRecord(segment, SEGMENT_HEADER_BYTES);
  while (read.kind === "record") {
    requests.push(read.request);
    read = decodeRecord(segment, read.nextOffset);
  }
  return { requests, torn: read.kind === "torn" ? read.problem : undefined };
}

/** The error of a spool file or folder that cannot be read. */
export function cannotRead(path: string, reason: string, cause?: unknown): SpoorError {
  const code: ServerErrorCode = "SPOOR_SPOOL_READ";
  return new SpoorError(`cannot read ${path}: ${reason}`, {
    code,
    cause,
    hint: "move the file away to start without it; a newer version of Spoor may be able to read it",
  });
}
