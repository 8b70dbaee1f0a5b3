/*
 * Our provider and settings under the names of `@opentelemetry/sdk-trace-base`, which version 3 of
 * theirs no longer has: the tracer of sdk-trace, set up by the variables of the environment.
 */
import type { SpanLimits } from "@spoor/sdk";
import { createSampler, readSettings } from "@spoor/sdk/conformance-parts";
import * as official from "@opentelemetry/sdk-trace";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type SamplerClass,
  TraceIdRatioBasedSampler,
} from "./samplers.ts";
import { TracerProvider } from "./sdk-trace.ts";

interface GeneralLimits {
  readonly attributeValueLengthLimit?: number;
  readonly attributeCountLimit?: number;
}

type ProviderOptions = NonNullable<ConstructorParameters<typeof TracerProvider>[0]> & {
  readonly generalLimits?: GeneralLimits;
};

/** What the environment says, as everybody reads it who starts our SDK. */
function settings(): ReturnType<typeof readSettings> {
  return readSettings({}, () => undefined);
}

export class BasicTracerProvider extends TracerProvider {
  readonly _tracerOptions: { readonly spanLimits: Partial<SpanLimits> };

  constructor({ generalLimits, spanLimits, ...options }: ProviderOptions = {}) {
    const limits = { ...settings().limits, ...generalLimits, ...spanLimits };
    super({ sampler: buildSamplerFromEnv(), ...options, spanLimits: limits });
    this._tracerOptions = { spanLimits: limits };
  }
}

/** The sampler of our settings, as the class that theirs has for it. */
export function buildSamplerFromEnv(): SamplerClass {
  const ours = createSampler(settings().sampler);
  const classes = [AlwaysOnSampler, AlwaysOffSampler, ParentBasedSampler, TraceIdRatioBasedSampler];
  const Class = classes.find(({ word }) => ours.toString().startsWith(word));
  if (Class === undefined) throw new Error(`no class of theirs is ${ours.toString()}`);
  return Class.of(ours);
}

/** Official, as in the tests of sdk-trace, by our reading of the variables. */
export class BatchSpanProcessor extends official.BatchSpanProcessor {
  constructor(exporter: official.SpanExporter, options: object = {}) {
    const { batchSpanCount, flushDelayMs } = settings().export;
    super({
      exporter,
      ...(batchSpanCount === undefined ? undefined : { maxExportBatchSize: batchSpanCount }),
      ...(flushDelayMs === undefined ? undefined : { scheduledDelayMillis: flushDelayMs }),
      ...options,
    });
  }
}

export class SimpleSpanProcessor extends official.SimpleSpanProcessor {
  constructor(exporter: official.SpanExporter) {
    super({ exporter });
  }
}
