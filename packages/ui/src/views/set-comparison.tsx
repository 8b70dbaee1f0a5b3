/*
 * Two sets of spans: what differs in words, the operations whose durations moved, and the fields
 * whose values are shared out differently.
 */
import { formatDuration, type GroupsAnswer, type SpanGroupDocument } from "@spoor/trace";
import { differenceQuestion, groupsQuestion, type QueryInTime, useAnswer } from "../data/ask.ts";
import { problemOf } from "../data/api-client.ts";
import { setChanges, setSentence } from "../data/set-changes.ts";
import { countText } from "../design/time-text.ts";
import { deltaText } from "./comparison.tsx";
import { DifferencePanel } from "./difference-panel.tsx";
import { shareText } from "./result-head.tsx";
import "./service-map.css";
import "./comparison.css";

/** What {@link SetComparison} takes. */
export interface SetComparisonProps {
  readonly a: QueryInTime;
  readonly b: QueryInTime;
  /** Asks for both sets with one more condition. */
  readonly onFilter: (condition: string, isOut: boolean) => void;
}

const NAMES_COMPARED = 500;

/** The comparison of two sets. */
export function SetComparison({ a, b, onFilter }: SetComparisonProps) {
  const before = useAnswer(groupsQuestion(a, "name", NAMES_COMPARED));
  const after = useAnswer(groupsQuestion(b, "name", NAMES_COMPARED));
  const difference = useAnswer(differenceQuestion({ selection: b, baseline: a }));
  const failed = [before, after, difference].find(({ error }) => error !== null);
  if (failed !== undefined) {
    const { title, detail, hint = "" } = problemOf(failed.error);
    return (
      <p className="explore-failed" role="alert">
        <strong>{title}:</strong> {detail} {hint}
      </p>
    );
  }
  if (before.data === undefined || after.data === undefined) return <p>Asking…</p>;
  return (
    <>
      <h1 className="comparison-sentence">{setSentence(before.data.groups, after.data.groups)}</h1>
      <div className="comparison-sides">
        <SetSide name="A" asked={a} answer={before.data} />
        <SetSide name="B" asked={b} answer={after.data} />
      </div>
      <div className="set-comparison">
        <Operations before={before.data.groups} after={after.data.groups} />
        <DifferencePanel
          answer={difference.data}
          what="B"
          sides={["B", "A"]}
          choices={[]}
          problem=""
          onFilter={onFilter}
        />
      </div>
    </>
  );
}

interface SetSideProps {
  readonly name: "A" | "B";
  readonly asked: QueryInTime;
  readonly answer: GroupsAnswer;
}

function SetSide({ name, asked, answer }: SetSideProps) {
  const count = answer.groups.reduce((sum, { spanCount }) => sum + spanCount, 0);
  return (
    <div className={name === "A" ? "comparison-side is-a" : "comparison-side is-b"}>
      <strong>{name}</strong>
      <code>{asked.q === "" ? "everything" : asked.q}</code>
      <span>{countText(count, "span")}</span>
    </div>
  );
}

interface OperationsProps {
  readonly before: readonly SpanGroupDocument[];
  readonly after: readonly SpanGroupDocument[];
}

function Operations({ before, after }: OperationsProps) {
  return (
    <table className="plain-table">
      <caption className="visually-hidden">Span names, the largest change of p95 first</caption>
      <thead>
        <tr>
          <th scope="col">Span</th>
          {["Spans A", "Spans B", "Errors A", "Errors B", "p95 A", "p95 B", "Δ p95"].map(
            (title) => (
              <th key={title} scope="col" className="number">
                {title}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {setChanges(before, after).map(({ name, a, b, p95DeltaNano }) => (
          <tr key={name}>
            <td>{name}</td>
            <td className="number">{a?.spanCount.toLocaleString("en") ?? "missing"}</td>
            <td className="number">{b?.spanCount.toLocaleString("en") ?? "missing"}</td>
            {[a, b].map((side, index) => (
              <td key={index === 0 ? "a" : "b"} className="number">
                {side === undefined ? "–" : shareText(side.errorCount / side.spanCount)}
              </td>
            ))}
            {[a, b].map((side, index) => (
              <td key={index === 0 ? "p95a" : "p95b"} className="number">
                {side === undefined ? "–" : formatDuration(side.p95Nano)}
              </td>
            ))}
            <td className="number">
              {a === undefined || b === undefined ? "–" : deltaText(p95DeltaNano)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
