/*
 * What fails more and what takes longer than in the hour before: below what hangs, above what came.
 */
import { formatDuration, type QueryRangeAnswer } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { rangeQuestion, useAnswers } from "../data/ask.ts";
import { HOUR_QUESTIONS, type HourChange, hourChanges, NOW_STEP } from "../data/hour-changes.ts";
import { quoted } from "../data/query-text.ts";
import { shareText } from "./result-head.tsx";
import "./now-changes.css";

/** Series of five minutes do not change faster than a person reads them. */
const AGAIN_MS = 30_000;

/** Both lists; nothing at all while the server has not answered. */
export function NowChanges({ isLive }: { readonly isLive: boolean }) {
  const asked = HOUR_QUESTIONS.map((one) => rangeQuestion(one, NOW_STEP));
  const answers = useAnswers<QueryRangeAnswer>(asked, isLive ? { everyMs: AGAIN_MS } : {});
  const [counts, errors, durations] = answers.map(({ data }) => data);
  if (counts === undefined || errors === undefined || durations === undefined) return null;
  const { failing, slower } = hourChanges(counts, errors, durations);
  if (failing.length === 0 && slower.length === 0) return null;
  return (
    <div className="now-changes">
      <Changes
        id="now-failing"
        title="Failing"
        note="share of errors, against the hour before"
        changes={failing}
        textOf={shareText}
        glyph="✕"
        condition=" && status = error"
      />
      <Changes
        id="now-slower"
        title="Slower"
        note="p95, against the hour before"
        changes={slower}
        textOf={formatDuration}
        glyph="▲"
        condition=""
      />
    </div>
  );
}

interface ChangesProps {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly changes: readonly HourChange[];
  readonly textOf: (value: number) => string;
  readonly glyph: string;
  /** Of the query that a line leads to, besides service and name. */
  readonly condition: string;
}

function Changes({ id, title, note, changes, textOf, glyph, condition }: ChangesProps) {
  if (changes.length === 0) return null;
  return (
    <section aria-labelledby={id} className={id}>
      <h2 id={id}>
        {title} <span>{note}</span>
      </h2>
      <ul>
        {changes.map(({ service, name, before, now }) => (
          <li key={`${service}\n${name}`}>
            <span className="now-change-glyph" aria-hidden="true">
              {glyph}
            </span>
            <Link
              to="/explore"
              search={{
                q: `{ resource.service.name = ${quoted(service)} && name = ${quoted(name)}${condition} }`,
              }}
            >
              {service} {name === "" ? "(no name)" : name}
            </Link>
            <span className="now-change-values">
              {textOf(before)} → <strong>{textOf(now)}</strong>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
