/*
 * Lines of the console: with the ids of their span, and on their way to the server when that was
 * asked for.
 *
 * A line of text gets ` trace_id=… span_id=…` at its end. A line that is one JSON object gets two
 * fields instead, unless it has them, so that whoever parses it still can. Outside of a span a line
 * stays as it is, byte for byte.
 */
import { format } from "node:util";
import { guarded, type OnFailure } from "../base/guard.ts";
import type { LogSender } from "./log-sender.ts";
import { type LineOrigin, lineOrigin } from "./trace-ids.ts";

const METHODS = ["debug", "log", "info", "warn", "error"] as const;

type ConsoleMethod = (typeof METHODS)[number];

/** OTLP's severity numbers, and the words for them. */
const SEVERITIES: Readonly<Record<ConsoleMethod, readonly [number, string]>> = {
  debug: [5, "DEBUG"],
  log: [9, "INFO"],
  info: [9, "INFO"],
  warn: [13, "WARN"],
  error: [17, "ERROR"],
};

const SCOPE_NAME = "console";

/** What is done with lines. */
export interface ConsoleOptions {
  readonly hasIds: boolean;
  readonly sender: LogSender | undefined;
  readonly onFailure: OnFailure;
}

/** Starts with the lines that are written from now on; the answer undoes it. */
export function followConsole({ hasIds, sender, onFailure }: ConsoleOptions): () => void {
  const undo: (() => void)[] = [];
  let isSending = false;
  for (const method of METHODS) {
    const original = console[method];
    const wrapped = (...parts: unknown[]): void => {
      let written = parts;
      guarded("console", onFailure, () => {
        const origin = lineOrigin();
        if (hasIds && origin !== undefined) written = withIds(parts, origin);
        if (sender === undefined || isSending) return;
        // What sends a line may write one itself.
        isSending = true;
        try {
          const [severityNumber, severityText] = SEVERITIES[method];
          const body = format(...parts);
          sender.send({ scopeName: SCOPE_NAME, severityNumber, severityText, body, origin });
        } finally {
          isSending = false;
        }
      });
      Reflect.apply(original, console, written);
    };
    console[method] = wrapped;
    undo.push(() => {
      if (console[method] === wrapped) console[method] = original;
    });
  }
  return () => {
    for (const one of undo) one();
  };
}

/** The arguments of a console method, with the ids at the end of what they say. */
function withIds(parts: readonly unknown[], { traceId, spanId }: LineOrigin): unknown[] {
  const [first] = parts;
  if (parts.length === 1 && typeof first === "string") {
    return [jsonWithIds(first, { traceId, spanId }) ?? `${first} ${idText(traceId, spanId)}`];
  }
  return [...parts, idText(traceId, spanId)];
}

function idText(traceId: string, spanId: string): string {
  return `trace_id=${traceId} span_id=${spanId}`;
}

function jsonWithIds(
  line: string,
  { traceId, spanId }: Pick<LineOrigin, "traceId" | "spanId">,
): string | undefined {
  const trimmed = line.trimEnd();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}") || !isJson(trimmed)) return undefined;
  if (trimmed.includes('"trace_id"')) return line;
  const before = trimmed.slice(0, -1).trimEnd();
  const comma = before === "{" ? "" : ",";
  return `${before}${comma}"trace_id":"${traceId}","span_id":"${spanId}"}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
