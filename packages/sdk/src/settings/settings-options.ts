import type { ResourceValue } from "./settings.ts";
import type { CompressionChoice, Protocol } from "./export-settings.ts";

/** Settings that can be given in code, where they win over the environment and the file. */
export interface SettingsOptions {
  /** `service.name`. Default: OTEL_SERVICE_NAME, else the name in package.json. */
  readonly service?: string;
  /** `service.version`. Default: the version in package.json, where its name is the service's. */
  readonly version?: string;
  /** More attributes of the resource. */
  readonly resource?: Readonly<Record<string, ResourceValue>>;
  /** Address of the receiver, such as `http://localhost:4318`. Default: whoever answers there. */
  readonly endpoint?: string;
  readonly protocol?: Protocol;
  readonly headers?: Readonly<Record<string, string>>;
  readonly compression?: CompressionChoice;
  /**
   * Which traces are kept: a share such as `0.1` or `"10%"`, decided where a trace begins and kept
   * to by every service after that, or a name that OTEL_TRACES_SAMPLER knows.
   */
  readonly sampler?: number | string;
  /** A folder in which spans wait while the receiver is away. SPOOR_QUEUE_DIR. */
  readonly queueFolder?: string;
  /** Prints nothing on stderr. */
  readonly quiet?: boolean;
  /** Environment to read instead of `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
