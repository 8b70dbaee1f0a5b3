import { setTimeout as pause } from "node:timers/promises";
import type { InflightAnswer } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import { WATCH_MS } from "../base/limits.ts";
import { ASCII_GLYPHS, UNICODE_GLYPHS } from "../terminal/glyphs.ts";
import { drawInflight, shownOperations } from "../terminal/inflight-tree.ts";
import type { Command, CommandContext } from "./command.ts";
import { outputFlags } from "./output-flags.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";
import { UsualDurations } from "./usual-durations.ts";

const declaration: VerbDeclaration = {
  name: "now",
  summary: "tell what hangs, what it waits for, and who holds it",
  operands: "",
  operandCountMin: 0,
  operandCountMax: 0,
  flags: [
    ...outputFlags(["tree", "json", "jsonl"], "what to print; jsonl is one line for each request"),
    {
      kind: "switch",
      name: "watch",
      short: "w",
      summary: "look again every second, until Ctrl-C; piped, print each change",
    },
    ...QUERY_FLAGS,
  ],
  details: [
    "Requests that wait for the same holder stand under it. Each is told by its topmost open span " +
      "and by the deepest one, with what that waits for. A request whose caller has given up is " +
      "marked: work goes on that nobody waits for.",
    "When nothing hangs it says who would tell: the instances that report open spans, those that " +
      "have fallen silent, and those that only send spans.",
  ],
  examples: ["spoor now", "spoor now --watch", "spoor now -o jsonl | jq .sentence"],
};

/** `spoor now`. */
export const nowCommand: Command = {
  declaration,
  run: async (given, context) => {
    const client = clientOf(given, { verb: declaration, environment: context.environment });
    const { stdout, stderr } = context;
    const usual = new UsualDurations(client);
    const show = async (answer: InflightAnswer): Promise<string> => {
      const isJson = given.value("output")?.startsWith("json") === true;
      if (!isJson) await usual.learn(shownOperations(answer));
      return textOf(answer, usual, { given, context });
    };
    if (given.count("watch") > 0) {
      await watch(() => client.inflight(), show, context);
      return "done";
    }
    const answer = await client.inflight();
    stdout.write(await show(answer));
    stderr.write(completenessWords(answer));
    return "done";
  },
};

function textOf(
  answer: InflightAnswer,
  usual: UsualDurations,
  { given, context }: { readonly given: ParsedArguments; readonly context: CommandContext },
): string {
  switch (given.value("output")) {
    case "json":
      return `${JSON.stringify({ v: 1, ...answer })}\n`;
    case "jsonl":
      return answer.groups
        .flatMap(({ holder, requests }) =>
          requests.map((request) => `${JSON.stringify({ v: 1, ...request, holder })}\n`),
        )
        .join("");
    default: {
      const look = lookOf(given, context);
      return drawInflight(answer, {
        ...look,
        glyphs: look.isAscii ? ASCII_GLYPHS : UNICODE_GLYPHS,
        usual,
      });
    }
  }
}

/** The cursor to the first column of the first line, and everything below it erased. */
const HOME = "\u001b[H\u001b[J";

async function watch(
  ask: () => Promise<InflightAnswer>,
  show: (answer: InflightAnswer) => Promise<string>,
  { stdout, onSignal }: CommandContext,
): Promise<void> {
  const stopped = new AbortController();
  onSignal(() => stopped.abort());
  let before = "";
  while (!stopped.signal.aborted) {
    const answer = await ask();
    // Ages change with every look; what somebody who reads a pipe waits for is other news.
    const news = JSON.stringify(
      answer.groups.map(({ holder, requests }) => [
        holder?.key,
        requests.map(({ traceId, deepest, isZombie, isGone, openSpanCount }) => [
          traceId,
          deepest.spanId,
          isZombie,
          isGone,
          openSpanCount,
        ]),
      ]),
    );
    if (stdout.isTty) stdout.write(HOME + (await show(answer)));
    else if (news !== before) stdout.write(await show(answer));
    before = news;
    await pause(WATCH_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
  }
}

function completenessWords({ complete, unlistedSpanCount }: InflightAnswer): string {
  if (complete) return "";
  return unlistedSpanCount > 0
    ? `incomplete: ${unlistedSpanCount} more open spans were counted by their processes and not listed.\n`
    : "capped: not all requests are listed, their number is.\n";
}
