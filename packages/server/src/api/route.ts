/*
 * One route: its address, its parameters, what it answers and how. The router, the reader of
 * parameters and the document of the API are all made from this one declaration.
 */
import type { TraceStore } from "@spoor/store";
import type { Clock, LossAnswer, StatusAnswer } from "@spoor/trace";
import type { Context } from "hono";
import type { ServerErrorCode } from "../base/error-codes.ts";
import type { Live } from "../live/live.ts";
import type { TraceStream } from "../live/trace-stream.ts";
import { type Given, type Parameters, readParameters } from "./parameter.ts";
import { answerProblem, isProblem, type Problem } from "./problem.ts";

/** What the API answers from. */
export interface ApiParts {
  readonly store: TraceStore;
  readonly stream: TraceStream;
  readonly live: Live;
  readonly version: string;
  readonly status: () => StatusAnswer;
  readonly loss: () => LossAnswer;
  /** Makes acknowledged spans visible in the store; false when that takes too long. */
  readonly freshen: () => Promise<boolean>;
  readonly clock: Clock;
}

/** A request, and what answers it. */
export interface ApiRequest extends ApiParts {
  readonly context: Context;
  /** Aborted when the client goes away: what is being asked of the store then stops too. */
  readonly signal: AbortSignal;
}

/** What a route answers: something that becomes JSON, a response of its own, or a problem. */
export type RouteAnswer = object | Response | Problem;

/** A route. */
export interface RouteDeclaration<P extends Parameters> {
  readonly method: "get" | "post";
  /** Below `/api/v1`, with `{reference}` where the path has a part that names something. */
  readonly path: string;
  /** A sentence without a full stop. */
  readonly summary: string;
  readonly parameters: P;
  /** The name of the type of the JSON of the body. */
  readonly body?: string;
  /** The name of the type of the JSON, or of the JSON of each event. */
  readonly answer: string;
  /** Of the answer; `application/json` if not said. */
  readonly mediaType?: string;
  /** Problems besides those that every route may have. */
  readonly problems: readonly ServerErrorCode[];
  readonly handle: (given: Given<P>, request: ApiRequest) => RouteAnswer | Promise<RouteAnswer>;
}

/** A route of which only the outside is known. */
export interface Route extends Omit<RouteDeclaration<Parameters>, "handle"> {
  readonly respond: (context: Context, parts: ApiParts) => Promise<Response>;
}

/** Makes a declaration a route. */
export function route<P extends Parameters>(declaration: RouteDeclaration<P>): Route {
  const { parameters, handle } = declaration;
  return {
    ...declaration,
    respond: async (context, parts) => {
      const { searchParams } = new URL(context.req.url);
      const nowUnixNano = parts.clock.nowUnixNano();
      const given = readParameters(parameters, searchParams, { nowUnixNano });
      if (isProblem(given)) return answerProblem(context, given);
      const { signal } = context.req.raw;
      const answer = await handle(given, { ...parts, context, signal });
      if (answer instanceof Response) return answer;
      if (isProblem(answer)) return answerProblem(context, answer);
      return context.json(answer);
    },
  };
}
