import type { AskSql } from "./measure/stored-data.ts";
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

/** Questions that the API does not answer yet, as the read side would put them in SQL. */
export function sqlQuestions(subject: Subject, ask: AskSql): Question[] {
  const { workload, endUnixNano } = subject;
  const to = Number(endUnixNano / 1_000_000_000n) + 3600;
  const range = `tb >= toDateTime(${to - 7 * 3600 - 60}) AND tb <= toDateTime(${to})`;
  return [
    {
      name: "attributeEqualityMs",
      meaning: "in SQL: spans with one attribute value, any service, last six hours",
      ask: async (run) => {
        const trace = anyTrace(subject, run);
        const rows = await ask(
          `SELECT DISTINCT lower(hex(trace_id)) FROM spoor.spans
          WHERE ${range} AND attrs_s['${REQUEST_ID_KEY}'] = {value:String} LIMIT 20`,
          { value: workload.requestId(trace) },
        );
        return rows.length === 1 && rows[0]?.[0] === workload.traceId(trace)
          ? undefined
          : `found ${rows.length} traces`;
      },
    },
    {
      name: "searchMs",
      meaning: "in SQL: service, span name and duration, the newest 20 of six hours",
      ask: async (run) => {
        const rows = await ask(
          `SELECT lower(hex(trace_id)), ts, dur FROM spoor.spans
          WHERE ${range} AND service = {service:String} AND name = {name:String}
          AND dur > 1000000 ORDER BY ts DESC LIMIT 20`,
          { service: SERVICES[run % SERVICES.length], name: NAMES[run % NAMES.length] },
        );
        return rows.length > 0 ? undefined : "found nothing";
      },
    },
    {
      name: "servicesMs",
      meaning: "in SQL: all services with their span names",
      ask: async () => {
        const rows = await ask(
          "SELECT service, groupUniqArray(name) FROM spoor.spans GROUP BY service",
        );
        return rows.length > 0 ? undefined : "found nothing";
      },
    },
  ];
}

const SERVICES = ["cart-api", "order-worker", "stock-store"];
const NAMES = ["POST /carts/{id}/get", "POST /orders/{id}/list", "POST /stocks/{id}/create"];

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
