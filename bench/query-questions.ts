import type { SearchRequest, TimeRange, TraceStore } from "@spoor/store";
import { parse } from "@spoor/traceql";
import { mix32 } from "./workload/random.ts";
import { REQUEST_ID_KEY } from "./workload/realistic.ts";
import type { Workload } from "./workload/workload.ts";

/** One kind of question. */
export interface Question {
  /** Of the figure. */
  readonly name: string;
  readonly meaning: string;
  /** Asks, about something else in every run; returns what is wrong with the answer, if so. */
  readonly ask: (run: number) => Promise<string | undefined>;
}

/** What questions are about. */
export interface Subject {
  readonly workload: Workload;
  /** Traces that are stored whole, from number 0 on. */
  readonly traces: number;
  readonly endUnixNano: bigint;
}

/** Questions to the API of a running server. */
export function apiQuestions(subject: Subject, url: string): Question[] {
  const { workload, endUnixNano } = subject;
  const from = endUnixNano - 6n * 3_600_000_000_000n;
  return [
    {
      name: "traceByIdMs",
      meaning: "GET /api/v1/traces/{id}, any trace of the six hours",
      ask: async (run) => {
        const traceId = workload.traceId(anyTrace(subject, run));
        const answer = await get(`${url}/api/v1/traces/${traceId}`);
        return answer.includes(`"complete":true`) ? undefined : answer.slice(0, 200);
      },
    },
    {
      name: "recentMs",
      meaning: "GET /api/v1/traces?limit=20, the newest",
      ask: async () => listProblem(await get(`${url}/api/v1/traces?limit=20`)),
    },
    {
      name: "recentOfServiceMs",
      meaning: "the newest 20 in which one service took part",
      ask: async (run) => {
        const service = SERVICES[run % SERVICES.length] ?? "";
        const found = await get(`${url}/api/v1/traces?limit=20&service=${service}&from=${from}`);
        return listProblem(found);
      },
    },
    {
      name: "slowestMs",
      meaning: "the slowest 20 of the six hours",
      ask: async () =>
        listProblem(await get(`${url}/api/v1/traces?limit=20&sort=duration&from=${from}`)),
    },
  ];
}

/** Questions to the store itself. */
export function storeQuestions(subject: Subject, store: TraceStore): Question[] {
  return [...searches(subject, store), ...lists(subject, store)];
}

function rangeOf({ endUnixNano }: Subject): TimeRange {
  return { fromUnixNano: endUnixNano - SIX_HOURS, toUnixNano: endUnixNano + HOUR };
}

function searches(subject: Subject, store: TraceStore): Question[] {
  const { workload } = subject;
  const range = rangeOf(subject);
  return [
    {
      name: "searchMs",
      meaning: "store: service, span name and duration, the newest 20 of six hours",
      ask: async (run) => {
        const [service = "", name = ""] = OPERATIONS[run % OPERATIONS.length] ?? [];
        const query = { ...range, service, name, durationMinNano: 1_000_000n, limit: 20 };
        return emptyProblem((await store.findSpans(query)).spans);
      },
    },
    {
      name: "attributeEqualityMs",
      meaning: "store: TraceQL, one attribute value of any service in six hours",
      ask: async (run) => {
        const trace = anyTrace(subject, run);
        const text = `{ span.${REQUEST_ID_KEY} = "${workload.requestId(trace)}" }`;
        const { traces } = await store.search(searchOf(text, range));
        return traces.length === 1 && traces[0]?.summary.traceId === workload.traceId(trace)
          ? undefined
          : `found ${traces.length} traces`;
      },
    },
    {
      name: "traceqlMs",
      meaning: "store: TraceQL, service, span name and duration, the newest 20 of six hours",
      ask: async (run) => {
        const [service = "", name = ""] = OPERATIONS[run % OPERATIONS.length] ?? [];
        const text = `{ resource.service.name = "${service}" && name = "${name}" && duration > 1ms }`;
        return emptyProblem((await store.search(searchOf(text, range))).traces);
      },
    },
  ];
}

function lists(subject: Subject, store: TraceStore): Question[] {
  const range = rangeOf(subject);
  return [
    {
      name: "servicesMs",
      meaning: "store: all services of six hours, with counts",
      ask: async () => emptyProblem((await store.listServices({ ...range, limit: 100 })).items),
    },
    {
      name: "spanNamesMs",
      meaning: "store: the span names of one service",
      ask: async (run) => {
        const service = OPERATIONS[run % OPERATIONS.length]?.[0] ?? "";
        return emptyProblem((await store.listSpanNames({ ...range, service, limit: 100 })).items);
      },
    },
    {
      name: "attributeKeysMs",
      meaning: "store: all attribute keys",
      ask: async () =>
        emptyProblem((await store.listAttributeKeys({ ...range, limit: 100 })).items),
    },
    {
      name: "attributeValuesMs",
      meaning: "store: values of an attribute that begin with a letter",
      ask: async () => {
        const query = {
          ...range,
          scope: "span",
          key: "app.region",
          prefix: "e",
          limit: 20,
        } as const;
        return emptyProblem((await store.listAttributeValues(query)).items);
      },
    },
    {
      name: "operationStatsMs",
      meaning: "store: how long an operation took in six hours",
      ask: async (run) => {
        const [service = "", name = ""] = OPERATIONS[run % OPERATIONS.length] ?? [];
        const stats = await store.readOperationStats({ ...range, service, name });
        return stats.spanCount > 0 && stats.pendingMinutes === 0 ? undefined : "not all counted";
      },
    },
    {
      name: "serviceEdgesMs",
      meaning: "store: calls between services in six hours",
      ask: async () => {
        const { items, pendingMinutes } = await store.listServiceEdges({ ...range, limit: 1000 });
        return pendingMinutes > 0 ? `${pendingMinutes} minutes pending` : emptyProblem(items);
      },
    },
  ];
}

const HOUR = 3_600_000_000_000n;
const SIX_HOURS = 6n * HOUR;

function emptyProblem(found: readonly unknown[]): string | undefined {
  return found.length > 0 ? undefined : "found nothing";
}

function searchOf(text: string, range: TimeRange): SearchRequest {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(`no query: ${text}`);
  return { ...range, query: parsed.query, limit: 20, spanLimit: 3 };
}

const SERVICES = ["cart-api", "order-worker", "stock-store"];
const OPERATIONS = [
  ["cart-api", "POST /carts/{id}/get"],
  ["order-worker", "POST /orders/{id}/list"],
  ["stock-store", "POST /stocks/{id}/create"],
] as const;

function anyTrace({ traces }: Subject, run: number): number {
  return mix32(run + 1) % traces;
}

function listProblem(answer: string): string | undefined {
  return answer.includes(`"traceId"`) ? undefined : answer.slice(0, 200);
}

async function get(url: string): Promise<string> {
  const response = await fetch(url);
  return response.text();
}
