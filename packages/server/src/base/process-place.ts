import { keys, type Resource } from "@spoor/trace";
import { SENDER_NAME_LENGTH_MAX } from "./limits.ts";

/** Where a process runs, by its resource: `host.id` or `host.name`, `process.pid`. */
export interface ProcessPlace {
  readonly host: string;
  readonly pid: number;
  /** `container.id`; empty outside of a container. */
  readonly container: string;
}

/** The place of the process that `resource` describes; undefined where it does not say. */
export function processPlace({
  attributes,
}: Pick<Resource, "attributes">): ProcessPlace | undefined {
  const host = attributes.get(keys.hostId) ?? attributes.get(keys.hostName);
  const pid = attributes.get(keys.processPid);
  const container = attributes.get(keys.containerId);
  if (typeof host !== "string" || typeof pid !== "bigint") return undefined;
  return {
    host: host.slice(0, SENDER_NAME_LENGTH_MAX),
    pid: Number(pid),
    container: typeof container === "string" ? container.slice(0, SENDER_NAME_LENGTH_MAX) : "",
  };
}
