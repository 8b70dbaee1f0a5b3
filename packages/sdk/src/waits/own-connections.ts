/*
 * Holders that this process knows itself: a session of its own pool, by the request that has it.
 */
import type { HolderSession, HolderSpan, Instrumentation, ProcessIdentity } from "@spoor/trace";
import { applicationFrame } from "../doctor/call-site.ts";
import {
  type ConnectionRecord,
  connectionRegistry,
} from "../instrument/database/connection-registry.ts";

/** This process sends spans; of others the server knows. */
export function ownInstrumentation({ pid }: ProcessIdentity): Instrumentation {
  return pid === process.pid ? "yes" : "unknown";
}

/** The span that has the connection of this session, where the connection is ours. */
export function spanOfSession({ id, port }: HolderSession): HolderSpan | undefined {
  for (const record of connectionRegistry.connections()) {
    if (record.backendPid() !== id) continue;
    // Pids of backends are unique in one server only; the port says whose connection it is.
    if (port !== undefined && record.localPort() !== undefined && record.localPort() !== port) {
      continue;
    }
    return spanOf(record);
  }
  return undefined;
}

/** Who has a connection: by its checkout, else by its last statement. */
function spanOf({ checkout, lastQuery }: ConnectionRecord): HolderSpan | undefined {
  const by = checkout?.by ?? lastQuery?.by;
  if (by === undefined || by.traceId === "") return undefined;
  const callSite = applicationFrame(checkout?.callSite?.stack);
  return { traceId: by.traceId, spanId: by.spanId, ...(callSite === "" ? {} : { callSite }) };
}
