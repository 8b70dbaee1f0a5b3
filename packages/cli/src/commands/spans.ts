import { type FieldLabel, formatDuration, type FoundSpanDocument } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { FIND_COUNT_DEFAULT, FIND_COUNT_MAX, SPANS_PER_TRACE_MAX } from "../base/limits.ts";
import { search } from "../client/questions.ts";
import type { Column } from "../terminal/data-table.ts";
import { exactTime } from "../terminal/time-text.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import {
  INTERVAL_FLAGS,
  intervalOf,
  QUERY_OPERAND_DETAILS,
  queryOf,
  translationWords,
} from "./interval-flags.ts";
import { outputFlags, TABLE_FORMS } from "./output-flags.ts";
import { type Limit, limitFlag, limitOf, SORT_FLAG } from "./list-flags.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";
import { rowsText } from "./table-output.ts";

const LIMIT: Limit = {
  fallback: FIND_COUNT_DEFAULT,
  max: FIND_COUNT_MAX,
  summary: `look into at most so many traces, up to ${FIND_COUNT_MAX}`,
};

const declaration: VerbDeclaration = {
  name: "spans",
  summary: "list the spans that a query finds",
  operands: "<query>",
  operandCountMin: 1,
  operandCountMax: 100,
  flags: [
    limitFlag(LIMIT),
    SORT_FLAG,
    ...outputFlags([...TABLE_FORMS, "ids"]),
    ...INTERVAL_FLAGS,
    ...QUERY_FLAGS,
  ],
  details: [
    QUERY_OPERAND_DETAILS,
    "Prints start, trace id, span id, service, name and duration of each span, and what `select` " +
      "names; trace by trace, the spans of a trace in the order in which they began. Piped, " +
      "times are in UTC with ns and durations in ns.",
  ],
  examples: [
    "spoor spans 'service:inventory db.system.name:*'",
    "spoor spans '{ name = \"POST /checkout\" } >> { span.db.system.name != nil }' --sort duration",
    "spoor spans '{ status = error } | select(statusMessage)' --since 1h -o csv",
  ],
};

/** A row: a span and the trace in which it was found. */
interface Row extends FoundSpanDocument {
  readonly traceId: string;
}

/** `spoor spans <query>`. */
export const spansCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const answer = await search(client, {
      q: queryOf(given),
      limit: limitOf(given, declaration, LIMIT),
      spans: SPANS_PER_TRACE_MAX,
      sort: given.value("sort"),
      ...intervalOf(given, context, declaration),
    });
    stderr.write(translationWords(answer));
    const rows = answer.traces.flatMap(({ traceId, groups }) =>
      groups.flatMap(({ spans }): Row[] => spans.map((span) => ({ traceId, ...span }))),
    );
    const found = answer.traces
      .flatMap(({ groups }) => groups)
      .reduce((sum, { spanCount }) => sum + spanCount, 0);
    if (given.value("output") === "ids") {
      stdout.write(rows.map(({ spanId }) => `${spanId}\n`).join(""));
    } else {
      const columns = columnsOf(rows, lookOf(given, context).timeText, context);
      stdout.write(rowsText(rows, columns, { answer, given, context }));
    }
    stderr.write(coverageWords(answer, "this list"));
    if (found > rows.length) {
      stderr.write(`capped: of a trace, ${SPANS_PER_TRACE_MAX} spans are listed of each group.\n`);
    }
    if (rows.length === 0) stderr.write("No span fits.\n");
    return "done";
  },
};

function columnsOf(
  rows: readonly Row[],
  timeText: (unixNano: bigint) => string,
  { stdout }: CommandContext,
): Column<Row>[] {
  const selected = new Set(rows.flatMap(({ fields }) => fields.map(({ name }) => name)));
  return [
    {
      title: "time",
      text: ({ startTimeUnixNano }) => timeText(BigInt(startTimeUnixNano)),
      exact: ({ startTimeUnixNano }) => exactTime(BigInt(startTimeUnixNano)),
    },
    {
      title: "trace",
      text: ({ traceId }) => (stdout.isTty ? traceId.slice(0, 8) : traceId),
      exact: ({ traceId }) => traceId,
    },
    { title: "span", text: ({ spanId }) => spanId },
    { title: "service", text: ({ service }) => service },
    { title: "name", isElastic: true, text: ({ name }) => name },
    {
      title: "duration",
      isNumber: true,
      text: ({ durationNano }) => formatDuration(BigInt(durationNano)),
      exact: ({ durationNano }) => durationNano,
    },
    ...Array.from(selected, (name): Column<Row> => {
      const labelOf = ({ fields }: Row): FieldLabel | undefined =>
        fields.find((field) => field.name === name);
      return { title: name, text: (row) => labelOf(row)?.text ?? "" };
    }),
  ];
}
