import { flatParts } from "./flat.ts";
import { REQUEST_ID_DIGITS, realisticParts } from "./realistic.ts";
import { spanIdXor, Template, type TemplateParts, traceHexOf, traceIdOf } from "./template.ts";

/** The workloads: `jaeger` as Jaeger publishes its numbers, `realistic` as a shop sends. */
const WORKLOADS: Readonly<Record<string, (seed: number, requestCount: number) => TemplateParts>> = {
  jaeger: flatParts,
  realistic: realisticParts,
};

/** Their names. */
export const WORKLOAD_NAMES: readonly string[] = Object.keys(WORKLOADS);

/** What a workload is made from; the same gives the same bytes. Plain, so that it can be sent. */
export interface WorkloadOptions {
  readonly name: string;
  readonly seed: number;
  /** Requests in the template: what repeats, with other ids, times and values, in every copy. */
  readonly templateRequests: number;
  /** When the first span starts. */
  readonly startUnixNano: bigint;
  /** How fast the time of the spans passes, whatever the speed at which they are sent. */
  readonly spansPerSecond: number;
}

/** Any number of requests, each known by its number. */
export class Workload {
  readonly options: WorkloadOptions;
  readonly #template: Template;
  readonly #copyNano: number;

  constructor(options: WorkloadOptions) {
    const partsOf = WORKLOADS[options.name];
    if (partsOf === undefined) {
      throw new Error(`no workload "${options.name}": there are ${WORKLOAD_NAMES.join(", ")}`);
    }
    this.options = options;
    this.#template = new Template(partsOf(options.seed, options.templateRequests));
    this.#copyNano = (this.#template.spanCount / options.spansPerSecond) * 1e9;
  }

  /** The requests that hold at least `spanCount` spans, from request 0 on. */
  requestsFor(spanCount: number): number {
    let requests = 0;
    for (let spans = 0; spans < spanCount; requests += 1) spans += this.spansIn(requests);
    return requests;
  }

  /** The spans in request `number`. */
  spansIn(number: number): number {
    return this.#place(number).body.spanCount;
  }

  /** The spans in all requests before `number`. */
  spansBefore(number: number): number {
    const { body, copy } = this.#place(number);
    return copy * this.#template.spanCount + body.firstSpan;
  }

  /** Request `number`, not compressed. */
  request(number: number): Uint8Array {
    const { body, copy } = this.#place(number);
    const { seed, startUnixNano } = this.options;
    return this.#template.fill(body, copy, { seed, startUnixNano, copyNano: this.#copyNano });
  }

  /** The span ids of all requests before `number`, combined by exclusive or. */
  spanIdXorBefore(number: number): bigint {
    return spanIdXor(this.options.seed, 0, this.spansBefore(number));
  }

  /** Traces all of whose spans are in the requests before `number`. */
  wholeTracesBefore(number: number): number {
    const { length } = this.#template.bodies;
    return Math.floor(number / length) * this.#template.traceCount;
  }

  /** The id of trace `number`, in hex. */
  traceId(number: number): string {
    return traceIdOf(this.options.seed, number);
  }

  /** The request id that the spans of trace `number` share, in the realistic workload. */
  requestId(number: number): string {
    return traceHexOf(this.options.seed, number, REQUEST_ID_DIGITS);
  }

  #place(number: number): { readonly body: Template["bodies"][number]; readonly copy: number } {
    const { bodies } = this.#template;
    const body = bodies[number % bodies.length];
    if (body === undefined) throw new RangeError(`there is no request ${number}`);
    return { body, copy: Math.floor(number / bodies.length) };
  }
}
