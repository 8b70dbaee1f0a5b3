import assert from "node:assert/strict";
import { test } from "node:test";
import { SERVER_ERROR_CODES } from "../base/error-codes.ts";
import { type SpanLiteral, testApi } from "./api-literal.ts";
import { ROUTES } from "./routes.ts";

// The document is looked at as what it is, JSON.
// oxlint-disable-next-line typescript/no-explicit-any -- a wrong field is undefined and fails
type Json = any;

const SPANS: readonly SpanLiteral[] = [
  { id: "11", attributes: { "user.id": "1" } },
  { id: "12", parent: "11", service: "inventory", name: "SELECT", isError: true, agoMs: 59_999 },
  { id: "21", agoMs: 90_000 },
];

test("the document has every route with its parameters, and no other", async () => {
  const api = await testApi();
  const { body: document } = await api.get("/openapi.json");
  const documented = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, { parameters }]) => {
      const names = parameters
        .filter((one: Json) => one.in === "query")
        .map((one: Json) => one.name);
      return `${method} ${path} ${names.join()}`;
    }),
  );
  const declared = ROUTES.map(
    ({ method, path, parameters }) => `${method} ${path} ${Object.keys(parameters).join()}`,
  );
  assert.deepEqual(documented.toSorted(), declared.toSorted());
  const ids = Object.values<Json>(document.paths).flatMap((methods) =>
    Object.values<Json>(methods).map(({ operationId }) => operationId),
  );
  assert.equal(new Set(ids).size, ids.length, "operation ids are distinct");
});

test("every schema that is referred to exists, and every problem is registered", async () => {
  const api = await testApi();
  const { body: document } = await api.get("/openapi.json");
  const text = JSON.stringify(document);
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/gu)) {
    assert.ok(Object.hasOwn(document.components.schemas, name), name);
  }
  for (const { answer, body, mediaType = "application/json", problems, path } of ROUTES) {
    const isBinary = !/json|event-stream/u.test(mediaType);
    for (const name of [answer, body ?? answer]) {
      assert.ok(isBinary || Object.hasOwn(document.components.schemas, name), `${path} ${name}`);
    }
    for (const code of problems) assert.ok(code in SERVER_ERROR_CODES, code);
  }
});

test("what routes answer is what the document says", async () => {
  const api = await testApi(SPANS);
  const { body: document } = await api.get("/openapi.json");
  const paths = [
    "/search?q=status:error",
    "/query-range?q={}|rate()by(name)with(exemplars=1)",
    "/heatmap",
    "/consistency?to=now",
    "/groups",
    "/services",
    "/names",
    "/keys",
    "/values?key=span.user.id",
    "/map",
    "/baseline?service=inventory&name=SELECT",
    "/complete?q={",
    "/compare?a=typical&b=1111",
    "/traces",
    `/traces/${"1".repeat(32)}`,
    `/traces/${"1".repeat(32)}/logs`,
    `/traces/${"1".repeat(32)}/lost-parents?spans=${"2".repeat(16)}`,
    "/logs",
    "/inflight",
    "/findings",
    "/status",
  ];
  for (const path of paths) {
    const { status, body } = await api.get(path);
    assert.equal(status, 200, `${path} ${JSON.stringify(body).slice(0, 200)}`);
    const route = path.replace(/\?.*/u, "").replace(/1{32}/u, "{reference}");
    const { schema } = document.paths[route].get.responses[200].content["application/json"];
    assert.deepEqual(faults(body, schema, document, path), []);
  }
  const difference = await api.post("/difference", '{"selection":{"q":"status:error"}}');
  const { DifferenceAnswer, ProblemDocument } = document.components.schemas;
  assert.deepEqual(faults(difference.body, DifferenceAnswer, document, "difference"), []);
  const problem = await api.get("/search?q=%7B");
  assert.deepEqual(faults(problem.body, ProblemDocument, document, "problem"), []);
});

/** Where a value is not what a schema says; fields that the schema does not have are faults too. */
function faults(value: Json, schema: Json, document: Json, place: string): string[] {
  if (schema.$ref !== undefined) {
    const name = String(schema.$ref).split("/").at(-1) ?? "";
    return faults(value, document.components.schemas[name], document, place);
  }
  if (schema.anyOf !== undefined) {
    const fits = schema.anyOf.some((one: Json) => faults(value, one, document, place).length === 0);
    return fits ? [] : [`${place} is none of ${schema.anyOf.length} forms`];
  }
  if (schema.enum !== undefined) return schema.enum.includes(value) ? [] : [`${place} ${value}`];
  if (schema.const !== undefined) return schema.const === value ? [] : [`${place} ${value}`];
  if (schema.type === "array") {
    if (!Array.isArray(value)) return [`${place} is no array`];
    return value.flatMap((one, index) => faults(one, schema.items, document, `${place}[${index}]`));
  }
  if (schema.type === "object") return objectFaults(value, schema, document, place);
  const type = value === null ? "null" : typeof value;
  return type === schema.type ? [] : [`${place} is ${type} and not ${schema.type}`];
}

function objectFaults(value: Json, schema: Json, document: Json, place: string): string[] {
  if (typeof value !== "object" || value === null) return [`${place} is no object`];
  const missing = (schema.required ?? [])
    .filter((name: string) => !Object.hasOwn(value, name))
    .map((name: string) => `${place}.${name} is missing`);
  const own = Object.entries(value).flatMap(([name, field]) => {
    const ofField = schema.properties?.[name] ?? schema.additionalProperties;
    if (ofField === undefined) return [`${place}.${name} is not described`];
    return faults(field, ofField, document, `${place}.${name}`);
  });
  return [...missing, ...own];
}
