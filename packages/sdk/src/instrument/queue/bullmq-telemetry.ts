/*
 * Spans of BullMQ's queues and workers, by BullMQ's own interface for that (`telemetry` of their
 * options): it says when a job is added and when it is done, and carries a text from one to the
 * other within the job. Whoever gives a queue a `telemetry` of their own keeps it.
 *
 * 1. What adds or does jobs has a span. What BullMQ does for itself has none: a worker that looks
 *    for its next job, extends locks, or moves jobs on.
 * 2. A worker runs, and a connection stays, for as long as the process. What they do for themselves
 *    belongs to nobody, not to the request in which they were made.
 * 3. What jobs are given and what they return stays out of the spans, as do options.
 */
import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  type Exception,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import { LinkedContext } from "../../context/linked-context.ts";
import { guarded, type OnFailure } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";

const WHERE = "bullmq";
const PATCHED: unique symbol = Symbol("spoor.bullmq");

/** BullMQ's `Span`. */
interface JobSpan {
  setSpanOnContext(context: Context): Context;
  setAttribute(key: string, value: AttributeValue): void;
  setAttributes(attributes: Attributes): void;
  addEvent(name: string, attributes?: Attributes): void;
  recordException(exception: Exception): void;
  end(): void;
}

/** BullMQ's `Telemetry`. */
interface Telemetry {
  readonly tracer: {
    startSpan(name: string, options?: { readonly kind?: SpanKind }, context?: Context): JobSpan;
  };
  readonly contextManager: {
    with<T>(context: Context, run: () => T): T;
    active(): Context;
    root(): Context;
    getMetadata(context: Context): string;
    fromMetadata(active: Context, metadata: string): Context;
  };
}

/** What we use of BullMQ's queues, workers and flows. */
interface BullmqClass {
  readonly prototype: object;
}

/** The telemetry of the running SDK. Classes are patched once per process, SDKs come and go. */
let active: Telemetry | undefined;

/** Gives what BullMQ does from now on to `tracer`; undefined lets it be. */
export function traceBullmq(tracer: Tracer | undefined): void {
  active = tracer === undefined ? undefined : telemetryOf(tracer);
}

/** Gives the queues, workers and flows of a copy of BullMQ our telemetry when they have none. */
export function patchBullmq(exports: unknown, onFailure: OnFailure): void {
  guarded(WHERE, onFailure, () => {
    // What BullMQ exports.
    const classes = exports as Readonly<Record<string, BullmqClass>>;
    const { QueueBase, Worker, FlowProducer, RedisConnection } = classes;
    // All that is made of a queue calls this one, before its first span.
    wrap(QueueBase, "trace", ({ opts }, original) => {
      giveTelemetry(opts);
      return original();
    });
    wrap(Worker, "run", ({ opts }, original) => {
      giveTelemetry(opts);
      return context.with(ROOT_CONTEXT, original);
    });
    // Asks the server what it is, for whoever comes first.
    wrap(RedisConnection, "init", (_connection, original) => context.with(ROOT_CONTEXT, original));
    for (const method of ["add", "addBulk"]) {
      wrap(FlowProducer, method, (producer, original, parts) => {
        giveTelemetry(producer);
        // What `add` is given, or the list that `addBulk` is.
        const first = parts[0] as Flow | readonly Flow[] | undefined;
        if (isList(first)) parts[0] = flowsWithOptions(first);
        else if (first !== undefined) [parts[0]] = flowsWithOptions([first]);
        return original();
      });
    }
  });
}

/** A job of a flow, and those that it waits for. */
interface Flow {
  readonly opts?: object;
  readonly children?: readonly Flow[];
}

/** BullMQ lets a job of a flow carry a context only when it has options. */
function flowsWithOptions(flows: readonly Flow[]): Flow[] {
  return flows.map((flow) => {
    const { opts = {}, children } = flow;
    return { ...flow, opts, ...(children && { children: flowsWithOptions(children) }) };
  });
}

function isList(flows: Flow | readonly Flow[] | undefined): flows is readonly Flow[] {
  return Array.isArray(flows);
}

/** Where BullMQ keeps whom it tells: a flow on itself, everything else in its options. */
interface Told {
  telemetry?: Telemetry;
  readonly opts?: Told;
}

function giveTelemetry(told: Told | undefined): void {
  if (active !== undefined && told !== undefined) told.telemetry ??= active;
}

function wrap(
  Class: BullmqClass | undefined,
  method: string,
  around: (owner: Told, original: () => unknown, parts: unknown[]) => unknown,
): void {
  if (Class === undefined) return;
  // A class of BullMQ with our mark on what was wrapped.
  const prototype = Class.prototype as Record<string, unknown>;
  const original = prototype[method];
  if (typeof original !== "function" || PATCHED in original) return;
  const wrapped = function (this: Told, ...parts: unknown[]): unknown {
    return around(this, () => Reflect.apply(original, this, parts), parts);
  };
  prototype[method] = Object.assign(wrapped, { [PATCHED]: true });
}

const NO_SPAN: JobSpan = {
  setSpanOnContext: (within) => within,
  setAttribute() {},
  setAttributes() {},
  addEvent() {},
  recordException() {},
  end() {},
};

function telemetryOf(tracer: Tracer): Telemetry {
  return {
    tracer: {
      startSpan: (name, options, parent = context.active()) => {
        const kind = options?.kind;
        if (kind !== SpanKind.PRODUCER && kind !== SpanKind.CONSUMER) return NO_SPAN;
        return jobSpan(tracer, { name, kind, parent });
      },
    },
    contextManager: {
      with: (within, run) => context.with(within, run),
      active: () => context.active(),
      root: () => ROOT_CONTEXT,
      getMetadata: (within) => {
        const carrier: Record<string, string> = {};
        propagation.inject(within, carrier);
        return JSON.stringify(carrier);
      },
      fromMetadata: (within, metadata) => propagation.extract(within, carrierOf(metadata)),
    },
  };
}

/** What a job carries: written by us, by `bullmq-otel`, or by anybody. */
function carrierOf(metadata: string): object {
  try {
    const carrier: unknown = JSON.parse(metadata);
    return typeof carrier === "object" && carrier !== null ? carrier : {};
  } catch {
    // Not ours; the job has no context then.
    return {};
  }
}

interface Started {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: Context;
}

function jobSpan(tracer: Tracer, { name, kind, parent }: Started): JobSpan {
  const isProducer = kind === SpanKind.PRODUCER;
  const attributes = {
    [keys.messagingSystem]: "bullmq",
    [keys.messagingOperationType]: isProducer ? "send" : "process",
  };
  const span = tracer.startSpan(name, { kind, attributes }, parent);
  return {
    setSpanOnContext: (within) => LinkedContext.on(within).withSpan(span),
    setAttribute: (key, value) => void span.setAttributes(attributesOf({ [key]: value })),
    setAttributes: (given) => void span.setAttributes(attributesOf(given)),
    addEvent: (event, given = {}) => {
      span.addEvent(event, attributesOf(given));
      if (event !== "job failed") return;
      const reason = given[FAILED_REASON];
      const message = typeof reason === "string" ? { message: reason } : undefined;
      span.setStatus({ code: SpanStatusCode.ERROR, ...message });
    },
    recordException: (exception) => {
      span.recordException(exception);
      const message = typeof exception === "string" ? exception : (exception.message ?? "");
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    },
    end: () => span.end(),
  };
}

const FAILED_REASON = "bullmq.job.failed.reason";

/** Under other names than BullMQ's, where OpenTelemetry has names for it. */
const STANDARD_KEYS: Readonly<Record<string, string>> = {
  "bullmq.queue.name": keys.messagingDestinationName,
  "bullmq.queue.operation": keys.messagingOperationName,
  "bullmq.job.id": keys.messagingMessageId,
  "bullmq.job.bulk.count": keys.messagingBatchMessageCount,
};

/** What belongs to the application, or repeats how it was started. */
const LEFT_OUT = /^bullmq\.(?:job\.(?:result|options|progress)|queue\.options|worker\.options)$/u;

function attributesOf(given: Attributes): Attributes {
  const attributes: Attributes = {};
  for (const [key, value] of Object.entries(given)) {
    if (LEFT_OUT.test(key) || value === "") continue;
    attributes[STANDARD_KEYS[key] ?? key] = value;
  }
  return attributes;
}
