import type { Sampler } from "../sampling/sampler.ts";
import type { SettingsOptions } from "../settings/settings-options.ts";
import type { SpanProcessor } from "../tracer/span-processor.ts";

/**
 * What can be said in code. Everything is optional, wins over the environment and the configuration
 * file, and has the same meaning there.
 */
export interface SpoorOptions extends Omit<SettingsOptions, "sampler"> {
  /**
   * Which traces are kept: a share such as `0.1` or `"10%"`, decided where a trace begins and kept
   * to by every service after that; a name that OTEL_TRACES_SAMPLER knows; or a sampler.
   */
  readonly sampler?: number | string | Sampler;
  /** Processors as the official SDK has them. Spans become objects for them, which costs. */
  readonly processors?: readonly SpanProcessor[];
}
