/*
 * Asks the server that this page came from. Every failure comes out as one kind of error with a
 * problem document in it, whether the server wrote the document or never answered.
 */
import {
  errorMessage,
  fromTraceDocument,
  type InflightAnswer,
  type LogRecordsAnswer,
  type ProblemDocument,
  type SkeletonEnd,
  SkeletonReader,
  type Span,
  type SpansAnswer,
  type StatusAnswer,
  type TraceAnswer,
  type TraceListAnswer,
  type TraceSkeleton,
} from "@spoor/trace";
import type { UiErrorCode } from "./error-codes.ts";

/** What to list. */
export interface TraceListQuery {
  readonly sort: "recent" | "duration";
  readonly onlyErrors: boolean;
  /** 1 to 1000. */
  readonly limit: number;
}

/** The request failed; `problem` says why in words meant for a person. */
class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument, options?: ErrorOptions) {
    super(problem.title, options);
    this.problem = problem;
  }
}

/** `GET /api/v1/traces`. @throws ProblemError */
export async function readTraceList(
  query: TraceListQuery,
  signal: AbortSignal,
): Promise<TraceListAnswer> {
  const parameters = new URLSearchParams({ limit: String(query.limit), sort: query.sort });
  if (query.onlyErrors) parameters.set("errors", "true");
  return await readJson<TraceListAnswer>(`/api/v1/traces?${parameters}`, signal);
}

/** What {@link readTrace} takes. */
export interface TraceQuestion {
  /** The id, or how it begins. */
  readonly reference: string;
  /** A trace of more spans comes without any; undefined for all that the server gives. */
  readonly wholeUpTo?: number;
}

/** `GET /api/v1/traces/{id}`. @throws ProblemError */
export async function readTrace(
  { reference, wholeUpTo }: TraceQuestion,
  signal: AbortSignal,
): Promise<TraceAnswer> {
  const query = wholeUpTo === undefined ? "" : `?wholeUpTo=${wholeUpTo}`;
  return await readJson<TraceAnswer>(`${tracePath(reference)}${query}`, signal);
}

/** A trace without what its spans say. */
export interface SkeletonAnswer {
  readonly skeleton: TraceSkeleton;
  readonly end: SkeletonEnd;
}

/**
 * `GET /api/v1/traces/{id}/skeleton`; `onArrival` gets the rows that have come and those that will.
 *
 * @throws ProblemError, and SPOOR_SKELETON_MALFORMED for an answer that is none
 */
export async function readSkeleton(
  reference: string,
  onArrival: (arrived: number, count: number) => void,
  signal: AbortSignal,
): Promise<SkeletonAnswer> {
  const path = `${tracePath(reference)}/skeleton`;
  const response = await request(path, { signal });
  if (!response.ok || response.body === null) {
    const body = await bodyOf(response);
    throw new ProblemError(isProblem(body) ? body : unexplained(response));
  }
  const reader = new SkeletonReader();
  const pieces = response.body.getReader();
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
    reader.push(piece.value);
    const { skeleton } = reader;
    if (skeleton !== undefined) onArrival(skeleton.arrivedCount, skeleton.rowCount);
  }
  const { skeleton, end } = reader;
  if (skeleton === undefined || end === undefined) throw new ProblemError(cutOff(path));
  // Written by the server of the same version, which sends this document and no other as its end.
  return { skeleton, end: end as SkeletonEnd };
}

/** `POST /api/v1/traces/{id}/spans`. @throws ProblemError */
export async function readSpans(
  reference: string,
  spanIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly Span[]> {
  const path = `${tracePath(reference)}/spans`;
  const answer = await readJson<SpansAnswer>(path, signal, JSON.stringify({ spanIds }));
  return fromTraceDocument(answer.trace).spans;
}

/** `GET /api/v1/traces/{id}/logs`. @throws ProblemError */
export async function readLogs(reference: string, signal: AbortSignal): Promise<LogRecordsAnswer> {
  return await readJson<LogRecordsAnswer>(`${tracePath(reference)}/logs`, signal);
}

function tracePath(reference: string): string {
  return `/api/v1/traces/${encodeURIComponent(reference)}`;
}

/** `GET /api/v1/status`. @throws ProblemError */
export async function readStatus(signal: AbortSignal): Promise<StatusAnswer> {
  return await readJson<StatusAnswer>("/api/v1/status", signal);
}

/** `GET /api/v1/inflight`. @throws ProblemError */
export async function readInflight(signal: AbortSignal): Promise<InflightAnswer> {
  return await readJson<InflightAnswer>("/api/v1/inflight", signal);
}

/** The problem in anything that was thrown. */
export function problemOf(error: unknown): ProblemDocument {
  if (error instanceof ProblemError) return error.problem;
  return {
    code: "SPOOR_UI_UNEXPECTED" satisfies UiErrorCode,
    title: "Something went wrong in this page",
    status: 0,
    detail: errorMessage(error),
    hint: "Reload the page. If it stays, this is a bug in Spoor.",
  };
}

/** With a body it is a POST of JSON. @throws ProblemError */
export async function readJson<T>(path: string, signal: AbortSignal, body?: string): Promise<T> {
  const headers = { accept: "application/json", "content-type": "application/json" };
  const method = body === undefined ? {} : { method: "POST", body };
  return await jsonOf<T>(path, await request(path, { headers, ...method, signal }));
}

async function jsonOf<T>(path: string, response: Response): Promise<T> {
  const body = await bodyOf(response);
  if (!response.ok) throw new ProblemError(isProblem(body) ? body : unexplained(response));
  if (body === undefined) throw new ProblemError(unreadable(path));
  // The server that sent this page is of the same version and writes exactly this type.
  return body as T;
}

async function request(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ProblemError(
      {
        code: "SPOOR_UI_UNREACHABLE" satisfies UiErrorCode,
        title: "Spoor does not answer",
        status: 0,
        detail: `No answer from ${location.host}: ${errorMessage(error)}.`,
        hint: "See whether spoor is still running in its terminal.",
      },
      { cause: error },
    );
  }
}

/** The parsed body, or undefined when it is not JSON. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's error page; the caller describes it by its status.
    return undefined;
  }
}

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === "object" && body !== null && "title" in body && "detail" in body;
}

function unexplained(response: Response): ProblemDocument {
  return {
    code: "SPOOR_UI_UNEXPLAINED" satisfies UiErrorCode,
    title: `The server answered ${response.status} ${response.statusText}`.trim(),
    status: response.status,
    detail: "It gave no reason that this page can read.",
  };
}

function cutOff(path: string): ProblemDocument {
  return {
    code: "SPOOR_UI_ANSWER_CUT_OFF" satisfies UiErrorCode,
    title: "The trace came only in part",
    status: 0,
    detail: `The answer to ${path} ended before its end.`,
    hint: "Ask again. If it stays, see what spoor says in its terminal.",
  };
}

/** All of a trace was asked for: `limit` spans are the most, or a part of the store was silent. */
export function notAll(limit: number | undefined): Error {
  return new ProblemError({
    code: "SPOOR_UI_TRACE_TOO_LARGE" satisfies UiErrorCode,
    title: "The server did not give all of the trace",
    status: 0,
    detail:
      limit === undefined
        ? "a part of the store did not answer"
        : `the server gives ${limit.toLocaleString("en")} spans at once, and it has more`,
  });
}

function unreadable(path: string): ProblemDocument {
  return {
    code: "SPOOR_UI_ANSWER_UNREADABLE" satisfies UiErrorCode,
    title: "The answer is not JSON",
    status: 0,
    detail: `Something other than Spoor answered ${path}, perhaps a proxy.`,
  };
}
