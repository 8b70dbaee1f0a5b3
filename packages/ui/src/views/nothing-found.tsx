/*
 * When a query finds nothing: attributes in it that nobody sends, how much there would be in a
 * longer time, and without each condition.
 */
import type { HeatmapAnswer } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import {
  heatmapQuestion,
  keysQuestion,
  type QueryInTime,
  useAnswer,
  useAnswers,
} from "../data/ask.ts";
import { conditionsOf, withoutCondition } from "../data/query-text.ts";
import { type UnknownField, unknownFields } from "../data/unknown-fields.ts";
import { countText } from "../design/time-text.ts";
import { timeText } from "./time-range.tsx";
import "./nothing-found.css";

/** What {@link NothingFound} takes. */
export interface NothingFoundProps {
  /** In TraceQL. */
  readonly asked: QueryInTime;
  readonly onTime: (from: string) => void;
  readonly onQuery: (query: string) => void;
}

const CONDITIONS_TRIED = 4;
/** As many as the server lists: of a list that is cut nobody can say what does not occur. */
const KEYS_ASKED = 1000;
const WIDER = ["-1d", "-30d"] as const;

/** What to change so that something is found. */
export function NothingFound({ asked, onTime, onQuery }: NothingFoundProps) {
  const [day, month] = useAnswers<HeatmapAnswer>(
    WIDER.map((from) => heatmapQuestion({ ...asked, from, to: "now" })),
  );
  const dayCount = day?.data?.spanCount ?? 0;
  const [wider, count]: readonly [string, number] =
    dayCount > 0 ? ["-1d", dayCount] : ["-30d", month?.data?.spanCount ?? 0];
  const keys = useAnswer(keysQuestion(WIDER[1], KEYS_ASKED)).data;
  const unknown = keys === undefined ? [] : unknownFields(asked.q, keys);
  const conditions = conditionsOf(asked.q).slice(0, CONDITIONS_TRIED);
  return (
    <div className="nothing" aria-live="polite">
      <p>
        No spans match in {timeText(asked).toLowerCase().replace(/^last/, "the last")}.{" "}
        {count > 0 && (
          <>
            {count.toLocaleString("en")} {count === 1 ? "matches" : "match"} in the last{" "}
            {wider === "-1d" ? "24 h" : "30 days"}{" "}
            <button type="button" className="button" onClick={() => onTime(wider)}>
              widen
            </button>
          </>
        )}
      </p>
      {unknown.map((field) => (
        <Unknown
          key={field.written}
          field={field}
          onMeant={(meant) => onQuery(asked.q.replaceAll(field.written, meant))}
        />
      ))}
      {count === 0 && conditions.length === 0 && (
        <p>
          Nothing has been received in that time either. <Link to="/">Now</Link> says which ports
          listen and how an application sends.
        </p>
      )}
      {conditions.map((condition) => (
        <Without
          key={condition}
          condition={condition}
          asked={{ ...asked, q: withoutCondition(asked.q, condition) }}
          onQuery={onQuery}
        />
      ))}
    </div>
  );
}

interface UnknownProps {
  readonly field: UnknownField;
  readonly onMeant: (field: string) => void;
}

function Unknown({ field: { written, meant }, onMeant }: UnknownProps) {
  return (
    <p>
      <code>{written}</code> does not exist here.{" "}
      {meant !== undefined && (
        <>
          Did you mean <code>{meant.field}</code> (on {countText(meant.count, "span")})?{" "}
          <button type="button" className="button" onClick={() => onMeant(meant.field)}>
            use it
          </button>
        </>
      )}
    </p>
  );
}

interface WithoutProps {
  readonly condition: string;
  readonly asked: QueryInTime;
  readonly onQuery: (query: string) => void;
}

function Without({ condition, asked, onQuery }: WithoutProps) {
  const count = useAnswer(heatmapQuestion(asked)).data?.spanCount;
  if (count === undefined || count === 0) return null;
  return (
    <p>
      Without <code>{condition}</code> there {count === 1 ? "is" : "are"}{" "}
      {count.toLocaleString("en")}{" "}
      <button type="button" className="button" onClick={() => onQuery(asked.q)}>
        remove it
      </button>
    </p>
  );
}
