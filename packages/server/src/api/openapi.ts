/* The document of the API (OpenAPI 3.1), made from the declarations of its routes. */
import { SERVER_ERROR_CODES } from "../base/error-codes.ts";
import schemas from "./answer-schemas.json" with { type: "json" };
import type { Route } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** The document. Cost: small; it is made for each request. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "Spoor",
      version,
      summary: "Traces, and what can be asked about them",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    paths,
    components: { schemas },
  };
}

function operation(route: Route): Json {
  const { summary, method, path, body, answer, mediaType = "application/json" } = route;
  return {
    operationId: `${method}${path.replaceAll(/[^A-Za-z]+(\w?)/gu, (_, letter: string) => letter.toUpperCase())}`,
    summary: `${summary}.`,
    parameters: [...pathParameters(path), ...queryParameters(route)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonContent("application/json", body) } }),
    responses: {
      200: { description: answerWords(answer, mediaType), content: jsonContent(mediaType, answer) },
      default: {
        description: problemWords(route),
        content: jsonContent("application/problem+json", "ProblemDocument"),
      },
    },
  };
}

function jsonContent(mediaType: string, schema: string): Json {
  // A form that is no JSON has no schema; docs/formats describes it.
  if (!(schema in schemas)) return { [mediaType]: {} };
  return { [mediaType]: { schema: { $ref: `#/components/schemas/${schema}` } } };
}

function answerWords(answer: string, mediaType: string): string {
  return mediaType === "text/event-stream" ? `Events, each with ${answer} as data.` : `${answer}.`;
}

function pathParameters(path: string): Json[] {
  return Array.from(path.matchAll(/\{(\w+)\}/gu), ([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: "A trace id, the first 4 or more digits of one, or a traceparent.",
    schema: { type: "string" },
  }));
}

function queryParameters({ parameters }: Route): Json[] {
  return Object.entries(parameters).map(([name, { description, schema }]) => ({
    name,
    in: "query",
    required: schema["minLength"] === 1,
    description: `${description}.`,
    schema,
  }));
}

/** Every route may have these. */
const USUAL_PROBLEMS = [
  "SPOOR_API_PARAMETER_INVALID",
  "SPOOR_API_STORE_UNAVAILABLE",
  "SPOOR_API_INTERNAL",
] as const;

function problemWords({ problems }: Route): string {
  return [...problems, ...USUAL_PROBLEMS]
    .map((code) => `\`${code}\`: ${SERVER_ERROR_CODES[code]}.`)
    .join("\n");
}
