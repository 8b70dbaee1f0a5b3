import { formatDuration, type SpanGroupDocument } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import { STATS_COUNT_DEFAULT, STATS_COUNT_MAX } from "../base/limits.ts";
import { groups } from "../client/questions.ts";
import type { Column } from "../terminal/data-table.ts";
import type { Command } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import {
  INTERVAL_FLAGS,
  intervalOf,
  QUERY_OPERAND_DETAILS,
  queryOf,
  translationWords,
} from "./interval-flags.ts";
import { outputFlags, TABLE_FORMS } from "./output-flags.ts";
import { type Limit, limitFlag, limitOf } from "./list-flags.ts";
import { clientOf, QUERY_FLAGS } from "./query-flags.ts";
import { rowsText } from "./table-output.ts";

const SORTS = ["count", "errors", "p50", "p95", "p99", "max"] as const;

const LIMIT: Limit = {
  fallback: STATS_COUNT_DEFAULT,
  max: STATS_COUNT_MAX,
  summary: `print at most so many groups, up to ${STATS_COUNT_MAX}`,
};

const declaration: VerbDeclaration = {
  name: "stats",
  summary: "count and measure spans by service, name or any field",
  operands: "[query]",
  operandCountMin: 0,
  operandCountMax: 100,
  flags: [
    {
      kind: "value",
      name: "by",
      placeholder: "<field>",
      fallback: "resource.service.name",
      summary: "the field that divides the spans: name, span.http.route, …",
    },
    {
      kind: "value",
      name: "sort",
      placeholder: "<column>",
      choices: SORTS,
      fallback: "count",
      summary: "the column by which the largest stand first",
    },
    limitFlag(LIMIT),
    ...outputFlags(TABLE_FORMS),
    ...INTERVAL_FLAGS,
    ...QUERY_FLAGS,
  ],
  details: [
    QUERY_OPERAND_DETAILS,
    "Prints for each value of the field how many spans there are, how many each second, how many " +
      "failed, and how long they took: half of them at most p50, 95 of 100 at most p95. Without " +
      "--since or --from it looks at the last hour. Piped, durations are in ns.",
  ],
  examples: [
    "spoor stats --sort p95",
    "spoor stats --by name 'service:inventory' --since 24h",
    "spoor stats --by span.db.query.text '{ span.db.system.name != nil }' --sort max",
  ],
};

/** `spoor stats [query]`. */
export const statsCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const limit = limitOf(given, declaration, LIMIT);
    const answer = await groups(client, {
      q: queryOf(given),
      by: given.value("by"),
      // All of them, because the server sorts by count alone.
      limit: STATS_COUNT_MAX,
      ...intervalOf(given, context, declaration),
    });
    const rows = sorted(answer.groups, given).slice(0, limit);
    stderr.write(translationWords(answer));
    stdout.write(
      rowsText(rows, columnsOf(answer.by), {
        answer: { ...answer, groups: rows },
        given,
        context,
      }),
    );
    stderr.write(coverageWords(answer, "these numbers"));
    if (answer.groups.length > rows.length) {
      stderr.write(`${answer.groups.length - rows.length} more groups: -n prints more.\n`);
    }
    if (rows.length === 0) stderr.write("No span fits.\n");
    return "done";
  },
};

function sorted(
  all: readonly SpanGroupDocument[],
  given: ParsedArguments,
): readonly SpanGroupDocument[] {
  const sort = SORTS.find((name) => name === given.value("sort")) ?? "count";
  return all.toSorted((a, b) => NUMBERS[sort](b) - NUMBERS[sort](a));
}

const NUMBERS: Readonly<Record<(typeof SORTS)[number], (group: SpanGroupDocument) => number>> = {
  count: ({ spanCount }) => spanCount,
  errors: ({ errorCount }) => errorCount,
  p50: ({ p50Nano }) => p50Nano,
  p95: ({ p95Nano }) => p95Nano,
  p99: ({ p99Nano }) => p99Nano,
  max: ({ maxNano }) => maxNano,
};

type Measure = (group: SpanGroupDocument) => number;

function duration(title: string, nano: Measure): Column<SpanGroupDocument> {
  return {
    title,
    isNumber: true,
    text: (group) => formatDuration(nano(group)),
    exact: (group) => String(nano(group)),
  };
}

function number(title: string, value: Measure): Column<SpanGroupDocument> {
  return {
    title,
    isNumber: true,
    text: (group) => String(Number(value(group).toPrecision(3))),
    exact: (group) => String(value(group)),
  };
}

function columnsOf(by: string): Column<SpanGroupDocument>[] {
  return [
    {
      title: by,
      isElastic: true,
      text: ({ value }) => (value.type === "nil" ? "(none)" : value.text),
      exact: ({ value }) => value.text,
    },
    { title: "spans", isNumber: true, text: ({ spanCount }) => String(spanCount) },
    number("per second", ({ rate }) => rate),
    { title: "errors", isNumber: true, text: ({ errorCount }) => String(errorCount) },
    duration("p50", ({ p50Nano }) => p50Nano),
    duration("p95", ({ p95Nano }) => p95Nano),
    duration("p99", ({ p99Nano }) => p99Nano),
    duration("max", ({ maxNano }) => maxNano),
  ];
}
