import type { ProblemDocument } from "@spoor/trace";
import type { Context } from "hono";
import type { ServerErrorCode } from "../base/error-codes.ts";

/** A request to the API that cannot be answered; becomes a problem document. */
export interface Problem extends Omit<ProblemDocument, "code"> {
  readonly code: ServerErrorCode;
}

/** Answers with a problem document (RFC 9457). */
export function answerProblem(context: Context, problem: Problem): Response {
  return context.body(JSON.stringify(problem), {
    // Hono knows the numbers one by one; a problem has any of 400 to 599.
    status: problem.status as 400,
    headers: {
      "content-type": "application/problem+json",
      ...(problem.status === 503 ? { "retry-after": "1" } : {}),
    },
  });
}

/** The problem of a query parameter that cannot be read. */
export function parameterInvalid(name: string, reason: string): Problem {
  return {
    code: "SPOOR_API_PARAMETER_INVALID",
    title: "A parameter could not be read",
    status: 400,
    detail: `${name}: ${reason}`,
  };
}

/** Whether something is a problem and not what was asked for. */
export function isProblem(value: object): value is Problem {
  return "code" in value && "status" in value && "title" in value;
}
