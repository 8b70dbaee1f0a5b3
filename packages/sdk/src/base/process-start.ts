/** When this process started: what tells its reports from those of the one before it. */
import { systemClock } from "@spoor/trace/basics";

const NANO_PER_SECOND = 1e9;

let startUnixNano: bigint | undefined;

/** In ns since the epoch; always the same answer. */
export function processStartUnixNano(): bigint {
  const uptimeNano = BigInt(Math.round(process.uptime() * NANO_PER_SECOND));
  startUnixNano ??= systemClock.nowUnixNano() - uptimeNano;
  return startUnixNano;
}
