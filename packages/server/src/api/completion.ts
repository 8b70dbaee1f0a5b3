/* `GET /complete`: what may stand at a cursor of a query. */
import type { CompletionAnswer, CompletionItem } from "@spoor/trace";
import { complete, type CompletionLookup } from "@spoor/traceql";
import { COMPLETIONS_MAX, QUERY_TEXT_MAX } from "../base/limits.ts";
import { coverage } from "./coverage.ts";
import { literalOf } from "./field-value.ts";
import { listValues } from "./field-values.ts";
import { fieldNameOf, readField, SCOPES, storeScope } from "./field-name.ts";
import { readTime, text, wholeNumber } from "./parameter.ts";
import { isProblem } from "./problem.ts";
import { type ApiRequest, type Route, route } from "./route.ts";

/** `GET /api/v1/complete`. */
export const completionRoute: Route = route({
  method: "get",
  path: "/complete",
  summary: "What may be inserted at a place of a query, with keys and values that are stored",
  parameters: {
    q: text("The query as far as it is written, in TraceQL", { max: QUERY_TEXT_MAX }),
    cursor: wholeNumber(
      "UTF-16 units before the cursor; the end of the text when it is beyond it",
      {
        min: 0,
        max: QUERY_TEXT_MAX,
        fallback: QUERY_TEXT_MAX,
      },
    ),
  },
  answer: "CompletionAnswer",
  problems: [],
  handle: async ({ q, cursor }, request) => {
    const startedMs = request.clock.monotonicMs();
    const { start, prefix, items, lookup } = complete(q, Math.min(cursor, q.length));
    const stored =
      lookup === undefined ? { items: [], capped: false } : await lookedUp(lookup, prefix, request);
    const all = [
      ...stored.items,
      ...items.map(({ text: inserted, kind, meaning }) => ({
        text: inserted,
        kind,
        meaning,
        count: null,
      })),
    ];
    const hasMore = stored.capped || all.length > COMPLETIONS_MAX;
    const tookMs = request.clock.monotonicMs() - startedMs;
    const answer: CompletionAnswer = {
      start,
      prefix,
      items: all.slice(0, COMPLETIONS_MAX),
      ...coverage(
        { scannedRows: 0, hasMore, isFresh: true, tookMs },
        { unit: "items", limit: COMPLETIONS_MAX },
      ),
    };
    return answer;
  },
});

interface Found {
  readonly items: readonly CompletionItem[];
  readonly capped: boolean;
}

/** Of the last day, which is what people who type ask about. */
function recently({ clock }: ApiRequest): { fromUnixNano: bigint; toUnixNano: bigint } {
  const toUnixNano = clock.nowUnixNano() + 1n;
  return { fromUnixNano: readTime("-1d", toUnixNano) ?? 0n, toUnixNano };
}

function lookedUp(lookup: CompletionLookup, typed: string, request: ApiRequest): Promise<Found> {
  return lookup.kind === "keys" ? keysFor(typed, request) : valuesFor(lookup.field, typed, request);
}

/** `span.htt` wants keys of spans that begin with `htt`, `htt` or `.htt` those of any scope. */
async function keysFor(typed: string, request: ApiRequest): Promise<Found> {
  const { scopeText = "", prefix = "" } =
    /^(?:parent\.)?(?:(?<scopeText>\w*)\.)?"?(?<prefix>.*)$/u.exec(typed)?.groups ?? {};
  const scope = SCOPES.find((name) => name === scopeText);
  const isAny = typed.startsWith(".");
  const asked = scope === undefined && !isAny ? typed : prefix;
  const { items, capped } = await request.store.listAttributeKeys({
    ...recently(request),
    limit: COMPLETIONS_MAX,
    ...(scope === undefined ? {} : { scope: storeScope(scope) }),
    ...(asked === "" ? {} : { prefix: asked }),
  });
  const beginning = typed.startsWith("parent.") ? "parent." : "";
  return {
    capped,
    items: items.map(({ scope: own, key, count, types }) => {
      const name = fieldNameOf(own === "scope" ? "instrumentation" : own, key);
      const shown = isAny ? name.slice(name.indexOf(".")) : name;
      return { text: `${beginning}${shown}`, kind: "field", meaning: types.join(" or "), count };
    }),
  };
}

async function valuesFor(name: string, typed: string, request: ApiRequest): Promise<Found> {
  const field = readField("q", name);
  if (isProblem(field)) return { items: [], capped: false };
  const prefix = typed.replace(/^["`]/u, "");
  const query = { ...recently(request), limit: COMPLETIONS_MAX, prefix };
  const { items, capped } = await listValues(field, query, request);
  // Words of the language are in the list already.
  const counted = items.filter(({ count }) => count > 0);
  return {
    capped,
    items: counted.flatMap(({ value, count }) => {
      const literal = literalOf(value, name);
      return literal === undefined ? [] : { text: literal, kind: "value", meaning: "", count };
    }),
  };
}
