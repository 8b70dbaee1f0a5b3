import { setTimeout as pause } from "node:timers/promises";
import { type FoundTraceDocument, fromSummaryDocument, type TailEvent } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import { TAIL_RETRY_MS } from "../base/limits.ts";
import { eventStream } from "../client/event-stream.ts";
import { parametersOf } from "../client/spoor-client.ts";
import { ASCII_GLYPHS, UNICODE_GLYPHS } from "../terminal/glyphs.ts";
import { traceLines, traceRow } from "../terminal/trace-table.ts";
import type { Command, CommandContext } from "./command.ts";
import { QUERY_OPERAND_DETAILS, queryOf } from "./interval-flags.ts";
import { outputFlags } from "./output-flags.ts";
import { type Limit, limitFlag, limitOf } from "./list-flags.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";

const COUNT_MAX = 1_000_000;

const LIMIT: Limit = {
  max: COUNT_MAX,
  summary: "stop after so many traces",
};

const declaration: VerbDeclaration = {
  name: "tail",
  summary: "print traces as they arrive",
  operands: "[query]",
  operandCountMin: 0,
  operandCountMax: 100,
  flags: [
    ...outputFlags(["table", "jsonl", "ids"]),
    limitFlag(LIMIT),
    { kind: "switch", name: "until-error", summary: "stop after a trace with an error" },
    ...QUERY_FLAGS,
  ],
  details: [
    QUERY_OPERAND_DETAILS,
    "Each trace is printed once, when its root has arrived and it fits. Ctrl-C ends it. When the " +
      "server goes away it waits for it to come back and says so.",
  ],
  examples: ["spoor tail", "spoor tail status:error --until-error", "spoor tail -o ids -n 1"],
};

/** `spoor tail [query]`. */
export const tailCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr, onSignal } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const limit = limitOf(given, declaration, LIMIT);
    const stop = new AbortController();
    onSignal(() => stop.abort());
    const url = new URL(`/api/v1/tail?${parametersOf({ q: queryOf(given) })}`, client.url);
    const printed = new Set<string>();
    const take = (trace: FoundTraceDocument): void => {
      if (!trace.hasRoot || printed.has(trace.traceId) || printed.size >= limit) return;
      printed.add(trace.traceId);
      stdout.write(textOf(trace, given, context));
      const isLast = given.count("until-error") > 0 && trace.errorCount > 0;
      if (isLast || printed.size >= limit) stop.abort();
    };
    let hasAnswered = false;
    while (!stop.signal.aborted) {
      try {
        for await (const data of eventStream(url, { signal: stop.signal, goal: "follow traces" })) {
          hasAnswered = true;
          // Our own server writes these.
          const event = data as TailEvent;
          for (const trace of event.traces) take(trace);
          if (event.skippedCount > 0) {
            stderr.write(`${event.skippedCount} traces were not looked at: too much at once.\n`);
          }
        }
      } catch (error) {
        // A server that was never there is an error, one that went away may come back.
        if (!hasAnswered) throw error;
      }
      if (stop.signal.aborted) break;
      hasAnswered = true;
      stderr.write("The server ended the connection; trying again.\n");
      await pause(TAIL_RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    return "done";
  },
};

function textOf(
  trace: FoundTraceDocument,
  given: ParsedArguments,
  context: CommandContext,
): string {
  switch (given.value("output")) {
    case "jsonl":
      return `${JSON.stringify({ v: 1, ...trace })}\n`;
    case "ids":
      return `${trace.traceId}\n`;
    default: {
      const look = lookOf(given, context);
      const summary = fromSummaryDocument(trace);
      if (look.columns === undefined) return traceLines([summary]);
      const glyphs = look.isAscii ? ASCII_GLYPHS : UNICODE_GLYPHS;
      return traceRow(summary, { ...look, columns: look.columns, glyphs });
    }
  }
}
