/*
 * The native API, `/api/v1`: what the page and the CLI ask.
 *
 * Every answer says how far it can be trusted (Coverage); every error is a problem document.
 */
import { errorCode, errorMessage } from "@spoor/trace";
import { type Context, Hono } from "hono";
import { openApiDocument } from "./openapi.ts";
import { answerProblem, type Problem } from "./problem.ts";
import type { ApiParts } from "./route.ts";
import { ROUTES } from "./routes.ts";

/** What the API answers from, and who is told of errors. */
export interface NativeApiParts extends ApiParts {
  /** Gets a line for each error inside the server. */
  readonly onProblem: (message: string) => void;
}

/** The routes of the native API. */
export function createNativeApi(parts: NativeApiParts): Hono {
  const api = new Hono();
  for (const { method, path, respond } of ROUTES) {
    const pattern = path.replaceAll(/\{(\w+)\}/gu, ":$1");
    api.on(method.toUpperCase(), pattern, (context: Context) => respond(context, parts));
  }
  api.get("/openapi.json", (context) => context.json(openApiDocument(ROUTES, parts.version)));
  // Not `notFound`, which counts only in the outermost app.
  api.all("*", (context) => answerProblem(context, notFound(context.req.path)));
  api.onError((error, context) => {
    const problem = problemOf(error);
    // Whoever went away needs no answer, and it is no error of anybody.
    if (problem.status === 500 && !context.req.raw.signal.aborted) {
      parts.onProblem(`${context.req.method} ${context.req.path}: ${errorMessage(error)}`);
    }
    return answerProblem(context, problem);
  });
  return api;
}

function notFound(path: string): Problem {
  return {
    code: "SPOOR_API_NOT_FOUND",
    title: "No such path",
    status: 404,
    detail: `there is no ${path.slice(0, 200)} in this API`,
    hint: "/api/v1/openapi.json lists all of it",
  };
}

function problemOf(error: unknown): Problem {
  if (errorCode(error) === "SPOOR_STORE_PAGE_TOKEN") {
    return {
      code: "SPOOR_API_PAGE_INVALID",
      title: "This page belongs to another search",
      status: 400,
      detail: errorMessage(error),
      hint: "begin without page",
    };
  }
  const isRetryable = typeof error === "object" && error !== null && "retryable" in error;
  if (isRetryable && error.retryable === true) {
    return {
      code: "SPOOR_API_STORE_UNAVAILABLE",
      title: "The store did not answer",
      status: 503,
      detail: errorMessage(error),
      hint: "ask again in a moment",
    };
  }
  return {
    code: "SPOOR_API_INTERNAL",
    title: "An error inside the server",
    status: 500,
    detail: errorMessage(error),
  };
}
