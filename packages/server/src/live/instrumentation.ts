/*
 * Whether the process that holds something sends spans to us: the process that found it cannot
 * know, and we do.
 *
 * A holder is a process of the machine of whoever reported it. Pids mean something within one
 * machine and one container only, so a holder in another container is told by its container.
 */
import { type Attributes, type AttributeValue, keys } from "@spoor/trace";
import type { ProcessPlace } from "../base/process-place.ts";

/** Who sends to us. */
export interface KnownSenders {
  readonly places: readonly ProcessPlace[];
  /** False while somebody sends spans of whom the process is not known. */
  readonly isComplete: boolean;
}

const HOLDER = `${keys.spoorWaitHolder}.`;
const INSTRUMENTED = "instrumented";
const PID = "process.pid";
/** Of a process on another machine than its reporter's. */
const HOST = "process.host";
const CONTAINER = "process.container_id";

/** A holder as its reporter saw it. */
export interface HolderProcess {
  readonly pid: number;
  /** Empty outside of a container. */
  readonly container: string;
}

/** The processes of `wait` of which their reporter did not know whether they send spans. */
export function undecidedHolders(wait: Attributes): HolderProcess[] {
  const others = wait.get(keys.spoorWaitHolders);
  const all = [
    undecided(wait, HOLDER),
    ...(Array.isArray(others) ? others : []).map((other: AttributeValue) =>
      other instanceof Map ? undecided(other, "") : undefined,
    ),
  ];
  return all.filter((holder) => holder !== undefined);
}

/** `wait` with `instrumented` of each holder decided, where its reporter left it open. */
export function withInstrumentation(
  wait: Attributes,
  reporter: ProcessPlace | undefined,
  senders: KnownSenders,
): Attributes {
  if (reporter === undefined || !wait.has(`${HOLDER}${PID}`)) return wait;
  const decided = new Map(wait);
  decide(decided, HOLDER, { reporter, senders });
  const others = wait.get(keys.spoorWaitHolders);
  if (Array.isArray(others)) {
    decided.set(
      keys.spoorWaitHolders,
      others.map((other: AttributeValue) => {
        if (!(other instanceof Map)) return other;
        const one = new Map(other);
        decide(one, "", { reporter, senders });
        return one;
      }),
    );
  }
  return decided;
}

interface Known {
  readonly reporter: ProcessPlace;
  readonly senders: KnownSenders;
}

function decide(fields: Map<string, AttributeValue>, prefix: string, known: Known): void {
  const holder = undecided(fields, prefix);
  if (holder === undefined) return;
  const host = fields.get(`${prefix}${HOST}`);
  const isKnown =
    typeof host === "string"
      ? known.senders.places.some((place) => place.host === host && place.pid === holder.pid)
      : isSender(holder, known);
  if (isKnown) fields.set(`${prefix}${INSTRUMENTED}`, "yes");
  else if (known.senders.isComplete) fields.set(`${prefix}${INSTRUMENTED}`, "no");
}

function undecided(fields: Attributes, prefix: string): HolderProcess | undefined {
  const pid = fields.get(`${prefix}${PID}`);
  const stated = fields.get(`${prefix}${INSTRUMENTED}`);
  if (typeof pid !== "bigint" || stated === "yes" || stated === "no") return undefined;
  const container = fields.get(`${prefix}${CONTAINER}`);
  return { pid: Number(pid), container: typeof container === "string" ? container : "" };
}

function isSender({ pid, container }: HolderProcess, { reporter, senders }: Known): boolean {
  return senders.places.some((place) => {
    if (place.host !== reporter.host && container === "") return false;
    const isElsewhere = container !== "" && container !== reporter.container;
    return isElsewhere ? place.container === container : place.pid === pid;
  });
}
