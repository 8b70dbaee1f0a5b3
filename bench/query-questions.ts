/* What the API is asked, each question about something else every time, and its answers checked. */
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
  /** Of the server. */
  readonly url: string;
}

/** So many that every hour has traces of every pair of services that call each other. */
const TRACES_MANY = 10_000;

/** All questions. */
export function allQuestions(subject: Subject): Question[] {
  return [
    ...traceQuestions(subject),
    ...attributeQuestions(subject),
    ...spansetQuestions(subject),
    ...listQuestions(subject),
  ];
}

function traceQuestions(subject: Subject): Question[] {
  const { workload } = subject;
  return [
    {
      name: "traceByIdMs",
      meaning: "/traces/{id}, any trace of the six hours, no time given",
      ask: async (run) => {
        const traceId = workload.traceId(anyTrace(subject, run));
        return incomplete(await get(subject, `/traces/${traceId}`, {}));
      },
    },
    {
      name: "recentMs",
      meaning: "/traces, the newest 20",
      ask: async () => listProblem(await get(subject, "/traces", { limit: "20" })),
    },
    {
      name: "recentOfServiceMs",
      meaning: "/traces, the newest 20 in which one service took part",
      ask: async (run) => {
        const service = pick(OPERATIONS, run)[0];
        return listProblem(await get(subject, "/traces", { ...lastSix(subject), service }));
      },
    },
    {
      name: "slowestMs",
      meaning: "/traces, the slowest 20 of six hours",
      ask: async () => {
        const asked = { ...lastSix(subject), sort: "duration", limit: "20" };
        return listProblem(await get(subject, "/traces", asked));
      },
    },
  ];
}

/** Values that one trace has, that nearly nobody has, and that nearly everybody has. */
function attributeQuestions(subject: Subject): Question[] {
  const { workload } = subject;
  const ask = (query: string): Promise<string> =>
    get(subject, "/search", { ...lastSix(subject), q: query });
  return [
    {
      name: "attributeEqualityMs",
      meaning: "/search { .key = value } in six hours, a value of one trace",
      ask: async (run) => {
        const trace = anyTrace(subject, run);
        const answer = await ask(`{ .${REQUEST_ID_KEY} = "${workload.requestId(trace)}" }`);
        const isFound = answer.split(`"${workload.traceId(trace)}"`).length > 1;
        return isFound ? incomplete(answer) : answer.slice(0, 200);
      },
    },
    {
      name: "attributeAbsentMs",
      meaning: "/search { .key = value } in six hours, a value of no span",
      ask: async (run) => {
        const answer = await ask(`{ .${REQUEST_ID_KEY} = "nobody-${mix32(run)}" }`);
        return answer.includes(`"traces":[]`) ? incomplete(answer) : answer.slice(0, 200);
      },
    },
    {
      name: "attributeFrequentMs",
      meaning: "/search { .key = value } in six hours, a value of every tenth span",
      ask: async (run) => {
        const region = pick(["eu-west-1", "us-east-1", "ap-south-1"], run);
        return listProblem(await ask(`{ .app.region = "${region}" }`));
      },
    },
    {
      name: "attributeNumberMs",
      meaning: "/search { .key = 404 } in six hours, an integer",
      ask: async (run) =>
        listProblem(await ask(`{ .http.response.status_code = ${pick([404, 500, 503], run)} }`)),
    },
  ];
}

function spansetQuestions(subject: Subject): Question[] {
  const { endUnixNano } = subject;
  const lastHour = { from: (endUnixNano - HOUR).toString(), to: endUnixNano.toString() };
  return [
    {
      name: "searchMs",
      meaning: "/search by service, span name and duration, the newest 20 of six hours",
      ask: async (run) => {
        const [service, name] = pick(OPERATIONS, run);
        const q = `{ resource.service.name = "${service}" && name = "${name}" && duration > 1ms }`;
        return listProblem(await get(subject, "/search", { ...lastSix(subject), q }));
      },
    },
    {
      name: "structuralMs",
      meaning: "/search { A } >> { B } in one hour, of services",
      ask: async (run) => {
        const [[above], [below]] = [pick(OPERATIONS, run), pick(OPERATIONS, run + 1)];
        const q = `{ resource.service.name = "${above}" } >> { resource.service.name = "${below}" }`;
        const answer = await get(subject, "/search", { ...lastHour, q });
        // Among few traces there may be none.
        return subject.traces < TRACES_MANY ? incomplete(answer) : listProblem(answer);
      },
    },
    {
      name: "structuralRareMs",
      meaning: "/search { A } >> { B } in one hour, of an operation and its errors in another",
      ask: async (run) => {
        const [[above, name], [below]] = [pick(OPERATIONS, run), pick(OPERATIONS, run + 1)];
        const q =
          `{ resource.service.name = "${above}" && name = "${name}" } >> ` +
          `{ resource.service.name = "${below}" && status = error && duration > 200ms }`;
        return incomplete(await get(subject, "/search", { ...lastHour, q }));
      },
    },
    {
      name: "rateMs",
      meaning: "/query-range { } | rate() by (resource.service.name), six hours",
      ask: async () => {
        const q = "{} | rate() by (resource.service.name)";
        const answer = await get(subject, "/query-range", { ...lastSix(subject), q });
        return answer.includes(`"labels"`) ? incomplete(answer) : answer.slice(0, 200);
      },
    },
  ];
}

function listQuestions(subject: Subject): Question[] {
  const list = (path: string, more: Readonly<Record<string, string>> = {}): Promise<string> =>
    get(subject, path, { ...lastSix(subject), ...more });
  return [
    {
      name: "servicesMs",
      meaning: "/services of six hours, with counts",
      ask: async () => lacking(await list("/services"), "cart-api"),
    },
    {
      name: "spanNamesMs",
      meaning: "/names of one service",
      ask: async (run) => {
        const [service, name] = pick(OPERATIONS, run);
        return lacking(await list("/names", { service }), name);
      },
    },
    {
      name: "attributeKeysMs",
      meaning: "/keys of six hours",
      ask: async () => lacking(await list("/keys"), "http.route"),
    },
    {
      name: "attributeValuesMs",
      meaning: "/values of an attribute that begin with a letter",
      ask: async () =>
        lacking(await list("/values", { key: "span.app.region", prefix: "e" }), "eu-west-1"),
    },
    {
      name: "completionMs",
      meaning: "/complete a key and a value, in turns",
      ask: async (run) => {
        const [q, wanted] = pick(BEGINNINGS, run);
        return lacking(await get(subject, "/complete", { q }), wanted);
      },
    },
    {
      name: "operationStatsMs",
      meaning: "/baseline of an operation in six hours",
      ask: async (run) => {
        const [service, name] = pick(OPERATIONS, run);
        return lacking(await list("/baseline", { service, name }), `"pendingMinutes":0`);
      },
    },
    {
      name: "serviceEdgesMs",
      meaning: "/map, calls between services in six hours",
      ask: async () => lacking(await list("/map"), `"pendingMinutes":0`),
    },
  ];
}

const HOUR = 3_600_000_000_000n;

/** The six hours of the spans, and what ends a little behind them. */
function lastSix({ endUnixNano }: Subject): { readonly from: string; readonly to: string } {
  return { from: (endUnixNano - 6n * HOUR).toString(), to: (endUnixNano + HOUR / 12n).toString() };
}

type Pair = readonly [string, string];

const OPERATIONS: readonly [Pair, ...Pair[]] = [
  ["cart-api", "POST /carts/{id}/get"],
  ["order-worker", "POST /orders/{id}/list"],
  ["stock-store", "POST /stocks/{id}/create"],
];

/** Queries as far as they are written, and what must be offered. */
const BEGINNINGS: readonly [Pair, ...Pair[]] = [
  ["{ span.http.ro", "http.route"],
  ['{ span.app.region = "eu', "eu-west-1"],
  ["{ resource.k8s", "k8s.pod.name"],
  ['{ name = "PO', "POST "],
];

function pick<T>(choices: readonly [T, ...T[]], run: number): T {
  return choices[run % choices.length] ?? choices[0];
}

function anyTrace({ traces }: Subject, run: number): number {
  return mix32(run + 1) % traces;
}

function incomplete(answer: string): string | undefined {
  return answer.includes(`"complete":true`) ? undefined : answer.slice(0, 200);
}

/** What is wrong with a list that must not be empty. */
function listProblem(answer: string): string | undefined {
  return lacking(answer, `"traceId"`);
}

function lacking(answer: string, wanted: string): string | undefined {
  return answer.includes(wanted) ? undefined : `no ${wanted} in ${answer.slice(0, 200)}`;
}

async function get(
  { url }: Subject,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(`${url}/api/v1${path}?${new URLSearchParams(parameters)}`);
  return response.text();
}
