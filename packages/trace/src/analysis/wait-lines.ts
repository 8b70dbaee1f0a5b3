/*
 * What a span waits for, or waited for while it ran, in lines: what for, then one for each holder.
 * For a tree, in which one sentence would be too wide.
 */
import { formatDuration } from "../base/duration.ts";
import type { OpenSpan } from "../report/open-span.ts";
import { WAIT_EVENT_NAME } from "../semconv/keys.ts";
import { serviceName } from "../semconv/read.ts";
import type { Span } from "../span/span.ts";
import { waitFromAttributes } from "../wait/wait-attributes.ts";
import type { WaitKind } from "../wait/wait-kind.ts";
import type {
  HolderSession,
  Instrumentation,
  WaitHolder,
  WaitReport,
} from "../wait/wait-report.ts";
import { holderText, holderVerb, waitSentence } from "../wait/wait-sentence.ts";
import { openSpanSentence, openSpanWait } from "./inflight.ts";

/** What a span waits or waited for. */
export interface WaitLines {
  /** Without the holders; never empty. */
  readonly waits: string;
  /** Roots first. */
  readonly holders: readonly HolderLines[];
}

/** Somebody who holds what is waited for. */
export interface HolderLines {
  readonly who: string;
  /** What comes before `who`: `held by`, `not answered by`. */
  readonly verb: string;
  /** What the holder does meanwhile, in the words of the system; empty where that is not known. */
  readonly session: string;
  readonly instrumentation: Instrumentation;
  /** The span that holds, where it is one of ours. */
  readonly traceId: string;
  readonly spanId: string;
}

/** The lines about one open span. */
export function waitLines(span: OpenSpan, nowUnixNano: bigint): WaitLines {
  const wait = span.state === "open" ? openSpanWait(span) : undefined;
  if (wait === undefined || wait.holders.length === 0) {
    return { waits: openSpanSentence(span, nowUnixNano), holders: [] };
  }
  const bare = { ...wait, holders: [], gaps: [] };
  return {
    waits: waitSentence(bare, { who: span.service, nowUnixNano }),
    holders: wait.holders.map((holder) => holderLines(wait.kind, holder, nowUnixNano)),
  };
}

/** A wait that a finished span kept. */
export interface KeptWait {
  readonly wait: WaitReport;
  /** When something else was found out, or the span ended. */
  readonly untilUnixNano: bigint;
}

/**
 * What a finished span waited for most of the time; undefined when it kept nothing, or never knew
 * what for. Not the last: a lock that is let go is found without a holder, or not at
 * all, in the moment before the span ends.
 */
export function keptWait({
  events,
  endTimeUnixNano,
}: Pick<Span, "events" | "endTimeUnixNano">): KeptWait | undefined {
  const told = events.filter(({ name }) => name === WAIT_EVENT_NAME);
  let longest: KeptWait | undefined;
  let longestNano = -1n;
  for (const [index, { timeUnixNano, attributes }] of told.entries()) {
    const wait = waitFromAttributes(attributes);
    if (wait === undefined || wait.kind === "unknown") continue;
    const untilUnixNano = told[index + 1]?.timeUnixNano ?? endTimeUnixNano;
    const lastedNano = untilUnixNano > timeUnixNano ? untilUnixNano - timeUnixNano : 0n;
    if (lastedNano < longestNano) continue;
    longest = { wait, untilUnixNano };
    longestNano = lastedNano;
  }
  return longest;
}

/** The lines about a finished span, as it was while it waited; undefined where it kept no wait. */
export function keptWaitLines(span: Span): WaitLines | undefined {
  const kept = keptWait(span);
  if (kept === undefined) return undefined;
  const { wait, untilUnixNano: nowUnixNano } = kept;
  const bare = { ...wait, holders: [], gaps: wait.holders.length === 0 ? wait.gaps : [] };
  return {
    waits: waitSentence(bare, { who: serviceName(span.resource), nowUnixNano, isOver: true }),
    holders: wait.holders.map((holder) => holderLines(wait.kind, holder, nowUnixNano)),
  };
}

function holderLines(kind: WaitKind, holder: WaitHolder, nowUnixNano: bigint): HolderLines {
  const { session, process, span } = holder;
  return {
    who: holderText(holder),
    verb: holderVerb(kind, holder),
    // Without a process the session is the holder's name already.
    session: session === undefined ? "" : sessionText(session, process !== undefined, nowUnixNano),
    instrumentation: holder.instrumentation,
    traceId: span?.traceId ?? "",
    spanId: span?.spanId ?? "",
  };
}

function sessionText(session: HolderSession, isNamed: boolean, nowUnixNano: bigint): string {
  const age = (since: bigint | undefined): string =>
    since === undefined
      ? ""
      : ` for ${formatDuration(nowUnixNano > since ? nowUnixNano - since : 0n)}`;
  const { user, id, state, statement, transactionStartUnixNano: transaction } = session;
  const since = state === "active" ? session.statementStartUnixNano : session.stateChangeUnixNano;
  const parts = [
    ...(isNamed && user !== undefined ? [`database user ${user}`] : []),
    ...(isNamed ? [`session ${id}`] : []),
    ...(state === undefined ? [] : [`${state}${age(since)}`]),
    ...(transaction === undefined ? [] : [`transaction open${age(transaction)}`]),
    ...(statement === undefined || statement === ""
      ? []
      : [
          `${session.isStatementLast === true ? "last statement" : "statement"}: ${statement.replaceAll(/\s+/g, " ").trim()}`,
        ]),
  ];
  return parts.join(", ");
}
