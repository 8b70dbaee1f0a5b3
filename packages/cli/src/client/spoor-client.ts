/*
 * The native API as functions. Every failure is an operating error with a code that has an exit
 * code, and a hint that says what to do.
 */
import {
  errorCode,
  errorMessage,
  type FindingsAnswer,
  type InflightAnswer,
  type LogRecordsAnswer,
  type LossAnswer,
  type ProblemDocument,
  SpoorError,
  type StatusAnswer,
  type TraceAnswer,
  type TraceListAnswer,
} from "@spoor/trace";
import { failure } from "../exit/error-codes.ts";
import { httpGet, type HttpAnswer } from "./http-get.ts";

/** Where spoor listens unless told otherwise. */
export const DEFAULT_URL = "http://127.0.0.1:4319";

/** Which server to ask, and how long to wait. */
export interface ClientOptions {
  readonly url: string;
  readonly timeoutMs: number;
}

/** Which traces to list; what is absent does not restrict. */
export interface ListQuery {
  readonly limit: number;
  readonly sort?: "recent" | "duration";
  readonly onlyErrors?: boolean;
  readonly service?: string;
  /** Times as the server takes them. */
  readonly from?: string;
  readonly to?: string;
}

/** What `GET /readyz` said. */
export interface Readiness {
  readonly isReady: boolean;
  readonly words: string;
}

/** What to ask of a route of `/api/v1`. */
export interface Question<T> {
  /** Without the slash before it. */
  readonly path: string;
  /** Those that are empty or undefined are left out. */
  readonly parameters: Readonly<Record<string, string | number | undefined>>;
  readonly field: keyof T & string;
  /** Completes "cannot …". */
  readonly goal: string;
}

/** Asks one server. */
export interface SpoorClient {
  readonly url: string;
  listTraces(query: ListQuery): Promise<TraceListAnswer>;
  /** `reference`: a trace id, a prefix of one, or a traceparent. */
  readTrace(reference: string): Promise<TraceAnswer>;
  /** The log records of that trace; `reference` as above. */
  readLogRecords(reference: string): Promise<LogRecordsAnswer>;
  status(): Promise<StatusAnswer>;
  /** Where every span went. */
  loss(): Promise<LossAnswer>;
  /** Everything that hangs. */
  inflight(): Promise<InflightAnswer>;
  /** What processes found wrong with their tracing. */
  findings(): Promise<FindingsAnswer>;
  /** What a route of `/api/v1` answers; `field` must be in it. */
  ask<T>(question: Question<T>): Promise<T>;
  /** Whether the server takes spans now, and if not, why. */
  readiness(): Promise<Readiness>;
}

/**
 * A client of the server at `options.url`, which may leave out "http://". Nothing is sent yet.
 *
 * @throws SPOOR_CLI_USAGE when it is no URL.
 */
export function createClient(options: ClientOptions): SpoorClient {
  const base = baseUrl(options.url);
  const get = async (path: string, goal: string): Promise<unknown> => {
    const url = new URL(path, base);
    return readAnswer(await send(url, options, goal), { url: base.origin, goal });
  };
  return {
    url: base.origin,
    listTraces: async (query) => {
      const answer = await get(`api/v1/traces?${listParameters(query).toString()}`, "list traces");
      return checked<TraceListAnswer>(answer, "traces", base.origin);
    },
    readTrace: async (reference) => {
      const path = `api/v1/traces/${encodeURIComponent(reference)}`;
      const answer = await get(path, `show "${reference}"`);
      return checked<TraceAnswer>(answer, "trace", base.origin);
    },
    readLogRecords: async (reference) => {
      const path = `api/v1/traces/${encodeURIComponent(reference)}/logs`;
      const answer = await get(path, `read the log records of "${reference}"`);
      return checked<LogRecordsAnswer>(answer, "logs", base.origin);
    },
    status: async () => {
      const answer = await get("api/v1/status", "read the status");
      return checked<StatusAnswer>(answer, "received", base.origin);
    },
    loss: async () => {
      const answer = await get("api/v1/loss", "read the losses");
      return checked<LossAnswer>(answer, "senders", base.origin);
    },
    inflight: async () => {
      const answer = await get("api/v1/inflight", "read what hangs");
      return checked<InflightAnswer>(answer, "groups", base.origin);
    },
    findings: async () => {
      const answer = await get("api/v1/findings", "read the findings");
      return checked<FindingsAnswer>(answer, "findings", base.origin);
    },
    ask: async <T>({ path, parameters, field, goal }: Question<T>) => {
      const answer = await get(`api/v1/${path}?${parametersOf(parameters)}`, goal);
      return checked<T>(answer, field, base.origin);
    },
    readiness: async () => {
      const { status, body } = await send(new URL("readyz", base), options, "ask for readiness");
      return { isReady: status === 200, words: body.trim() };
    },
  };
}

function baseUrl(text: string): URL {
  const withScheme = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url !== undefined && (url.protocol === "http:" || url.protocol === "https:")) {
    if (!url.pathname.endsWith("/")) url.pathname += "/";
    return url;
  }
  throw failure("SPOOR_CLI_USAGE", {
    what: `cannot use "${text}" as the address of a server`,
    why: "it is no http or https URL",
    hint: `give one such as ${DEFAULT_URL} with --url or SPOOR_URL`,
  });
}

function listParameters(query: ListQuery): URLSearchParams {
  const parameters = new URLSearchParams({ limit: String(query.limit) });
  if (query.sort !== undefined) parameters.set("sort", query.sort);
  if (query.onlyErrors === true) parameters.set("errors", "true");
  if (query.service !== undefined) parameters.set("service", query.service);
  if (query.from !== undefined) parameters.set("from", query.from);
  if (query.to !== undefined) parameters.set("to", query.to);
  return parameters;
}

/** Parameters of an address, without those that are empty. */
export function parametersOf(
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") given.set(name, String(value));
  }
  return given.toString();
}

async function send(url: URL, { timeoutMs }: ClientOptions, goal: string): Promise<HttpAnswer> {
  try {
    return await httpGet(url, { timeoutMs, headers: { accept: "application/json" } });
  } catch (error) {
    throw isTimeout(error) ? timedOut(url, timeoutMs, goal) : unreachable(url, error);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function timedOut(url: URL, timeoutMs: number, goal: string): SpoorError {
  return failure("SPOOR_CLI_TIMED_OUT", {
    what: `cannot ${goal}`,
    why: `${url.origin} did not answer within ${timeoutMs / 1000} s`,
    hint: "wait longer with --timeout <seconds>, or ask for less",
  });
}

/** Why nothing came. */
export function unreachable(url: URL, cause: unknown): SpoorError {
  const code = errorCode(cause) ?? errorMessage(cause);
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "the connection was cut",
    ENOTFOUND: "no such host",
    EAI_AGAIN: "the name could not be looked up",
    EHOSTUNREACH: "no route to the host",
  };
  return failure("SPOOR_CLI_UNREACHABLE", {
    what: `no spoor at ${url.origin}`,
    why: reasons[code] ?? code,
    hint: 'start one with "spoor up", or name another with --url or SPOOR_URL',
    cause,
  });
}

function readAnswer(
  { status, contentType, body }: HttpAnswer,
  { url, goal }: { readonly url: string; readonly goal: string },
): unknown {
  if (status === 200 && contentType === "application/json") return parsed(body, url);
  if (contentType !== "application/problem+json") {
    throw notSpoor(url, `it answers ${status} with ${contentType || "no content type"}`);
  }
  // The server is ours; what the CLI does with a missing field is to print less.
  throw problemError(parsed(body, url) as Partial<ProblemDocument>, goal);
}

function parsed(body: string, url: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw notSpoor(url, `it answers with broken JSON, ${errorMessage(cause)}`);
  }
}

/** `answer` as the type that the API promises, if the field that everything hangs on is there. */
function checked<T>(answer: unknown, field: keyof T & string, url: string): T {
  // The rest is believed: both sides are of one version, and the API is documented by this type.
  if (typeof answer === "object" && answer !== null && field in answer) return answer as T;
  throw notSpoor(url, `its answer has no "${field}"`);
}

function notSpoor(url: string, why: string): SpoorError {
  return failure("SPOOR_CLI_NOT_SPOOR", {
    what: `cannot talk to ${url}`,
    why,
    hint: "name the UI and API port of a spoor server with --url or SPOOR_URL",
  });
}

/** An answer that is a problem, as an error. */
export function problemError(problem: Partial<ProblemDocument>, goal: string): SpoorError {
  const { code = "SPOOR_CLI_SERVER_FAILED", detail, title, traceIds = [], status = 0 } = problem;
  const why = detail ?? title ?? `the server answered ${status} without saying why`;
  const ids = distinctPrefixes(traceIds);
  const hint = ids.length > 0 ? `give more digits: ${ids.join(", ")}` : problem.hint;
  return new SpoorError(`cannot ${goal}: ${why}`, {
    code,
    ...(hint === undefined ? {} : { hint }),
    ...(problem.query === undefined ? {} : { cause: problem.query }),
  });
}

/** Each id as far as it takes to tell it from the others. */
function distinctPrefixes(traceIds: readonly string[]): string[] {
  const sorted = [...new Set(traceIds)].sort();
  return sorted.map((id, index) => {
    const shared = Math.max(
      sharedDigits(id, sorted[index - 1]),
      sharedDigits(id, sorted[index + 1]),
    );
    return id.slice(0, shared + 1);
  });
}

function sharedDigits(a: string, b: string | undefined): number {
  if (b === undefined) return 0;
  let count = 0;
  while (count < a.length && a[count] === b[count]) count += 1;
  return count;
}
