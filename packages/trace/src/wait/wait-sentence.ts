/*
 * A wait report as one sentence, the same in the terminal, on the page and in the body of a log
 * record:
 *
 *     inventory waits 2.9s for the row lock on inventory, held by `node nightly-reconcile.mjs`
 *     (pid 11504, not instrumented), idle in transaction for 5.2s
 */
import { formatDuration } from "../base/duration.ts";
import { WAIT_KINDS, type WaitKind } from "./wait-kind.ts";
import {
  type HolderSession,
  RESOURCE_KINDS,
  type WaitHolder,
  type WaitReport,
  type WaitResource,
} from "./wait-report.ts";

/** How a sentence is told. */
export interface WaitTelling {
  /** Who waits, such as the service. */
  readonly who: string;
  /** The moment of telling: ages are counted up to it. */
  readonly nowUnixNano: bigint;
  /** Told afterwards: it waited. */
  readonly isOver?: boolean;
}

/**
 * The sentence, without a full stop, on one line: names such as `application_name` are whatever a
 * client chose, and must not be able to move a terminal's cursor.
 */
export function waitSentence(report: WaitReport, telling: WaitTelling): string {
  return sentence(report, telling).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}

/** What holders do, where they do not hold something. */
const VERBS: Partial<Record<WaitKind, string>> = {
  "db.unread": "not read by",
  "http.unacked": "not yet taken by",
  "http.unread": "not read by",
  "http.unanswered": "not answered by",
  eventloop: "blocked by",
  "redis.stall": "kept busy by",
  "redis.blocked": "queued behind",
};

/** The words before a holder, as in `held by session 7`: also where nothing else is said. */
export function holderVerb(kind: WaitKind, { role }: Pick<WaitHolder, "role">): string {
  if (role === "cycle") return "in a deadlock with";
  return role === "between" ? "queued behind" : (VERBS[kind] ?? "held by");
}

function sentence(report: WaitReport, { who, nowUnixNano, isOver }: WaitTelling): string {
  const waits = isOver === true ? "waited" : "waits";
  const age =
    report.sinceUnixNano === undefined ? "" : ` ${ageText(report.sinceUnixNano, nowUnixNano)}`;
  if (report.kind === "unknown") {
    const [reason = "nothing more is known"] = report.gaps;
    return `${who} ${waits}${age}, for what is unknown: ${reason}`;
  }
  const probably = report.certainty === "probable" ? "probably " : "";
  const what = `${who} ${probably}${waits}${age} for ${whatText(report)}`;
  const cycle = report.holders.filter(({ role }) => role === "cycle");
  if (cycle.length > 0) {
    return `${what}, ${holderVerb(report.kind, { role: "cycle" })} ${joined(cycle.map((holder) => holderText(holder)))}`;
  }
  const roots = report.holders.filter(({ role }) => role === "root");
  const between = report.holders.filter(({ role }) => role === "between");
  if (roots.length === 0) return `${what}${missingHolder(report)}`;
  const verb = holderVerb(report.kind, { role: "root" });
  const held = joined(
    roots.map((holder) => `${holderText(holder)}${stateText(holder, nowUnixNano)}`),
  );
  const more = report.mayHaveMore ? "; more holders may follow" : "";
  return `${what}, ${verb} ${held}${betweenText(between)}${more}`;
}

/** What is waited for, with its name: `the row lock on inventory`. */
function whatText({ kind, resource }: WaitReport): string {
  return resource === undefined ? WAIT_KINDS[kind] : resourceText(resource, WAIT_KINDS[kind]);
}

/** The words for a resource. `otherwise` where its kind says less than the kind of the wait. */
export function resourceText(resource: WaitResource, otherwise: string): string {
  const { kind, name, primaryKey, row } = resource;
  if (kind === "command" || kind === "connection") {
    return name === undefined ? otherwise : `${otherwise} (${name})`;
  }
  const words = RESOURCE_KINDS[kind];
  if (name === undefined) return words;
  if (kind === "advisory-lock") return `${words} ${name}`;
  if (kind === "list") return `${words} of ${name}`;
  const table = kind === "row" || kind === "table" ? `table ${name}` : name;
  if (primaryKey !== undefined) return `${words} on ${table} (${primaryKey})`;
  return `${words} on ${table}${row === undefined ? "" : ` at ${row}`}`;
}

function missingHolder({ kind, gaps }: WaitReport): string {
  const [reason] = gaps;
  if (kind !== "db.lock") return "";
  return reason === undefined ? "" : `; who holds it is not known: ${reason}`;
}

/** Who a holder is: its process where that is known, else its session, else its name. */
export function holderText(holder: WaitHolder): string {
  const { process, session } = holder;
  if (holder.preparedTransaction !== undefined) {
    return `the prepared transaction ${holder.preparedTransaction}, which has no process`;
  }
  if (process !== undefined) {
    const notes = [
      `pid ${process.pid}${process.host === undefined ? "" : ` on ${process.host}`}`,
      ...(process.unit === undefined ? [] : [process.unit]),
      ...(process.containerId === undefined
        ? []
        : [`container ${process.containerId.slice(0, 12)}`]),
      ...instrumentationNote(holder),
    ];
    return `\`${process.command}\` (${notes.join(", ")})${spanText(holder)}`;
  }
  if (session === undefined) {
    if (holder.span !== undefined) return `a request${spanText(holder)}`;
    return holder.processUnknown ?? "somebody unknown";
  }
  return `${sessionText(session)}${spanText(holder)}${reasonText(holder)}`;
}

function spanText({ span }: WaitHolder): string {
  if (span === undefined) return "";
  return ` in trace ${span.traceId.slice(0, 8)}${span.callSite === undefined ? "" : ` at ${span.callSite}`}`;
}

function instrumentationNote({ instrumentation }: WaitHolder): string[] {
  return instrumentation === "no" ? ["not instrumented"] : [];
}

/** `session 14282 of user job, application nightly, from 10.0.0.5:53122` */
function sessionText({ id, user, application, address, port }: HolderSession): string {
  const words = [
    `session ${id}${user === undefined ? "" : ` of user ${user}`}`,
    ...(application === undefined || application === "" ? [] : [`application ${application}`]),
    ...(address === undefined ? [] : [`from ${endpointText(address, port)}`]),
  ];
  return words.join(", ");
}

function endpointText(address: string, port: number | undefined): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return port === undefined ? host : `${host}:${port}`;
}

function reasonText({ isClientGone, processUnknown }: WaitHolder): string {
  if (isClientGone) return " whose client is gone";
  return processUnknown === undefined ? "" : ` (${processUnknown})`;
}

/** What the holder does meanwhile: `, idle in transaction for 5.2s`. */
function stateText(holder: WaitHolder, nowUnixNano: bigint): string {
  const { session, preparedUnixNano } = holder;
  if (preparedUnixNano !== undefined) return `, for ${ageText(preparedUnixNano, nowUnixNano)}`;
  const state = session?.state;
  if (session === undefined || state === undefined) return "";
  const since = state === "active" ? session.statementStartUnixNano : session.stateChangeUnixNano;
  const age = since === undefined ? "" : ` for ${ageText(since, nowUnixNano)}`;
  return `, ${state === "active" ? "running a statement" : state}${age}`;
}

function betweenText(between: readonly WaitHolder[]): string {
  if (between.length === 0) return "";
  const names = between.map((holder) => {
    const { session } = holder;
    const statement = session?.statement;
    return `${holderText(holder)}${statement === undefined ? "" : ` with ${onOneLine(statement)}`}`;
  });
  return `; before it in the queue ${names.length === 1 ? "waits" : "wait"} ${joined(names)}`;
}

const STATEMENT_CHARACTERS_MAX = 60;

/** The beginning of a statement, which is whole in the report. */
function onOneLine(statement: string): string {
  const text = statement.replaceAll(/\s+/gu, " ").trim();
  return text.length <= STATEMENT_CHARACTERS_MAX
    ? text
    : `${text.slice(0, STATEMENT_CHARACTERS_MAX)}…`;
}

function joined(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Two clocks may disagree a little: what lies ahead of now began now. */
function ageText(sinceUnixNano: bigint, nowUnixNano: bigint): string {
  return formatDuration(nowUnixNano > sinceUnixNano ? nowUnixNano - sinceUnixNano : 0n);
}
