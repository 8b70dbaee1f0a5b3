import type { RedisCommand } from "./redis-waits.ts";

/** A command that was slow, without its arguments, which are user data. */
export interface SlowCommand {
  /** `eval` */
  readonly command: string;
  readonly startUnixNano: bigint;
  readonly elapsedMs: number;
  /** `10.0.0.5:53122`, as Redis writes it. */
  readonly client: string;
  readonly clientName: string;
}

/** Entries that are asked for: several commands may have been slow during one wait. */
const ENTRIES_MAX = 16;

/**
 * The longest command in Redis's log of slow commands that ran between the two times: afterwards,
 * what stalled it. The log has whole seconds, so that both times reach a second further.
 *
 * Undefined when none is in it: `slowlog-log-slower-than` may be off, or the log full of others.
 */
export async function slowCommandDuring(
  command: RedisCommand,
  { fromUnixNano, toUnixNano }: { readonly fromUnixNano: bigint; readonly toUnixNano: bigint },
): Promise<SlowCommand | undefined> {
  const entries = await command(["SLOWLOG", "GET", String(ENTRIES_MAX)]);
  if (!Array.isArray(entries)) return undefined;
  const second = 1_000_000_000n;
  return entries
    .flatMap((entry) => slowCommand(entry))
    .filter(({ startUnixNano, elapsedMs }) => {
      const endUnixNano = startUnixNano + BigInt(Math.round(elapsedMs * 1e6));
      return startUnixNano <= toUnixNano + second && endUnixNano >= fromUnixNano - second;
    })
    .sort((left, right) => right.elapsedMs - left.elapsedMs)[0];
}

/** Id, seconds, microseconds, words, address, name. Redis, SLOWLOG GET. */
function slowCommand(entry: unknown): SlowCommand[] {
  if (!Array.isArray(entry)) return [];
  const [, seconds, micros, words, client, clientName]: unknown[] = entry;
  if (!Array.isArray(words) || typeof micros !== "number" || typeof seconds !== "number") return [];
  const elapsedMs = micros / 1000;
  return [
    {
      command: String(words[0]).toLowerCase(),
      // The time of the entry is that of the end.
      startUnixNano: BigInt(seconds) * 1_000_000_000n - BigInt(Math.round(elapsedMs * 1e6)),
      elapsedMs,
      client: typeof client === "string" ? client : "",
      clientName: typeof clientName === "string" ? clientName : "",
    },
  ];
}
