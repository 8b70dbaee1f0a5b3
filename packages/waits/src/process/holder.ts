/*
 * From a session that holds something to the process behind it, as a `WaitHolder`.
 */
import type {
  HolderRole,
  HolderSession,
  HolderSpan,
  Instrumentation,
  ProcessIdentity,
  WaitEvidence,
  WaitHolder,
} from "@spoor/trace";
import { known } from "../base/known.ts";
import type { ClientConnection, ClientFinder, ClientFinding } from "./client-finder.ts";

/** What the caller knows about processes and sessions, none of which it must know. */
export interface Registry {
  /** Whether this process sends spans; by default unknown. */
  readonly instrumentationOf?: (process: ProcessIdentity) => Instrumentation;
  /** The span that uses this session of the database now, by the caller's own connections. */
  readonly spanOfSession?: (session: HolderSession) => HolderSpan | undefined;
}

/** A holder before its process is known. */
export interface HolderInput {
  readonly role: HolderRole;
  readonly session: HolderSession;
  readonly connection: ClientConnection;
  /** By a traceparent that its statement or application name carries. */
  readonly span: HolderSpan | undefined;
  /** Why there can be no client, for the server's own workers. */
  readonly noClient?: string;
}

/** A holder with what speaks for it. */
export interface NamedHolder {
  readonly holder: WaitHolder;
  readonly evidence: readonly WaitEvidence[];
}

/** Finds clients through `clients`, and through a pooler where `behindPooler` knows the way. */
export interface HolderTools {
  readonly clients: ClientFinder;
  readonly registry: Registry;
  readonly behindPooler?: (serverPid: number) => Promise<ClientConnection | string>;
}

/** Names the process of one holder. */
export async function nameHolder(tools: HolderTools, input: HolderInput): Promise<NamedHolder> {
  const { clients, registry } = tools;
  const { session } = input;
  const finding = await findBehindPooler(tools, input, await firstFinding(clients, input));
  const span = registry.spanOfSession?.(session) ?? input.span;
  const process = finding.outcome === "found" ? finding.process : undefined;
  const stated = process === undefined ? undefined : registry.instrumentationOf?.(process);
  const instrumentation = span === undefined ? (stated ?? "unknown") : "yes";
  return {
    holder: {
      role: input.role,
      session,
      instrumentation,
      isClientGone: finding.outcome === "gone",
      ...known({
        process,
        span,
        processUnknown: finding.outcome === "unknown" ? finding.reason : undefined,
      }),
    },
    evidence: evidenceOf(finding, session.id),
  };
}

async function firstFinding(clients: ClientFinder, input: HolderInput): Promise<ClientFinding> {
  const { noClient } = input;
  if (noClient !== undefined) return { outcome: "unknown", reason: noClient };
  return await clients.findClient(input.connection);
}

/** A pooler that was found is not the holder: whoever it serves is. */
async function findBehindPooler(
  { clients, behindPooler }: HolderTools,
  { session }: HolderInput,
  finding: ClientFinding,
): Promise<ClientFinding> {
  if (finding.outcome !== "found" || !finding.isProxy) return finding;
  const name = finding.process.command;
  const proxy = `\`${name}\` (pid ${finding.process.pid})`;
  const isPooler = name.split(" ", 1)[0] === "pgbouncer";
  if (!isPooler) {
    return {
      outcome: "unknown",
      reason: `it comes through ${proxy}, which does not tell for whom`,
    };
  }
  if (behindPooler === undefined) {
    const reason = `it comes through ${proxy}; with a connection to its console its client is named`;
    return { outcome: "unknown", reason };
  }
  const behind = await behindPooler(session.id);
  if (typeof behind !== "string") return await clients.findClient(behind);
  return { outcome: "unknown", reason: `it comes through ${proxy}: ${behind}` };
}

function evidenceOf(finding: ClientFinding, sessionId: number): WaitEvidence[] {
  if (finding.outcome === "unknown") return [];
  const { source } = finding;
  if (finding.outcome === "gone") return [{ certainty: "seen", source, fact: finding.fact }];
  const { certainty, process } = finding;
  const fact = `process ${process.pid} has the client's end of session ${sessionId} open`;
  return [{ certainty, source, fact }];
}
