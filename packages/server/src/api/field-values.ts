/* `GET /values`: the values that a field has. */
import type { CatalogueQuery } from "@spoor/store";
import { type AttributeValuesAnswer, keys as attributeKeys } from "@spoor/trace";
import {
  type Field,
  type IntrinsicId,
  printField,
  SPAN_STATES,
  type Value,
  valueOfAttribute,
} from "@spoor/traceql";
import { LISTED, listed } from "./catalogue.ts";
import { fieldValue, literalOf } from "./field-value.ts";
import { readField, storeScope } from "./field-name.ts";
import { requiredText, text } from "./parameter.ts";
import { isProblem } from "./problem.ts";
import { type ApiRequest, type Route, route } from "./route.ts";

/** `GET /api/v1/values`. */
export const valuesRoute: Route = route({
  method: "get",
  path: "/values",
  summary: "The values of a field, the most frequent first",
  parameters: {
    ...LISTED,
    key: requiredText("The field, as TraceQL names it: span.http.route, name, status"),
    prefix: text("Only values whose text begins so"),
  },
  answer: "AttributeValuesAnswer",
  problems: [],
  handle: ({ key, prefix, ...given }, request) => {
    const field = readField("key", key);
    if (isProblem(field)) return field;
    return listed(given, { request, unit: "values" }, async (query) => {
      const { items, capped } = await listValues(field, { ...query, prefix }, request);
      const name = printField(field);
      const values: AttributeValuesAnswer["values"] = items.map(({ value, count }) => ({
        value: fieldValue(value, name),
        literal: literalOf(value, name) ?? "",
        count,
      }));
      return { capped, field: name, values };
    });
  },
});

/** A value of a field, and how often it occurs. */
export interface ListedValue {
  readonly value: Value;
  readonly count: number;
}

/** The values of a field; none for a field of which none are listed, such as a duration. */
export async function listValues(
  field: Field,
  query: CatalogueQuery & { readonly prefix: string },
  { store }: Pick<ApiRequest, "store">,
): Promise<{ readonly items: readonly ListedValue[]; readonly capped: boolean }> {
  const { prefix } = query;
  const withPrefix = { ...query, ...(prefix === "" ? {} : { prefix }) };
  if (field.node === "intrinsic") {
    if (field.id === "span:name" || field.id === "trace:rootName") {
      const { items, capped } = await store.listSpanNames(withPrefix);
      return { items: summed(items.map(({ name, spanCount }) => [name, spanCount])), capped };
    }
    return field.id === "trace:rootService"
      ? listServices(query, store)
      : { items: wordsOf(field.id), capped: false };
  }
  if (field.key === attributeKeys.serviceName && field.scope === "resource") {
    return listServices(query, store);
  }
  const scopes = field.scope === "any" ? (["span", "resource"] as const) : [field.scope];
  const lists = await Promise.all(
    scopes.map((scope) =>
      store.listAttributeValues({ ...withPrefix, scope: storeScope(scope), key: field.key }),
    ),
  );
  const items = lists.flatMap((list) =>
    list.items.map(({ value, count }) => ({ value: valueOfAttribute(value), count })),
  );
  return { items, capped: lists.some(({ capped }) => capped) };
}

async function listServices(
  query: CatalogueQuery & { readonly prefix: string },
  store: ApiRequest["store"],
): Promise<{ readonly items: readonly ListedValue[]; readonly capped: boolean }> {
  const { items, capped } = await store.listServices(query);
  const fitting = items.filter(({ service }) => service.startsWith(query.prefix));
  return { items: summed(fitting.map(({ service, spanCount }) => [service, spanCount])), capped };
}

/** Names of several services that are the same are one. */
function summed(counts: readonly (readonly [text: string, count: number])[]): ListedValue[] {
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  return Array.from(sums, ([value, count]) => ({ value, count })).toSorted(
    (a, b) => b.count - a.count,
  );
}

/** Values that the language has words for; how often they occur is not counted. */
function wordsOf(id: IntrinsicId): ListedValue[] {
  const type = id.slice("span:".length);
  if (type !== "status" && type !== "kind" && type !== "state") return [];
  const count = { status: 3, kind: 6, state: SPAN_STATES.length }[type];
  return Array.from({ length: count }, (_, code) => ({ value: { type, code }, count: 0 }));
}
