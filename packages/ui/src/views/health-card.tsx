import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { CheckLine, CheckState, HealthCheck } from "../data/health-checks.ts";
import { countText } from "../design/time-text.ts";
import "./health-card.css";

/** More in one card hides the others; all of them are one press away. */
const LINES_SHOWN = 5;

const STATES: Readonly<Record<CheckState, readonly [glyph: string, word: string]>> = {
  good: ["✓", "passes"],
  bad: ["▲", "fails"],
  note: ["i", "worth knowing"],
  unknown: ["?", "could not be checked"],
};

/** One way in which tracing lies: how often, who, where, and what to do. */
export function HealthCard({ check }: { readonly check: HealthCheck }) {
  const { key, title, state, count, unit, lines, fix, query } = check;
  const [isWhole, setWhole] = useState(false);
  const [glyph, word] = STATES[state];
  const shown = isWhole ? lines : lines.slice(0, LINES_SHOWN);
  return (
    <section className={`health-card is-${state}`} aria-labelledby={`health-${key}`}>
      <header>
        <span className="health-glyph" aria-hidden="true">
          {glyph}
        </span>
        <h2 id={`health-${key}`}>
          {title}
          <span className="visually-hidden">: {word}</span>
        </h2>
        <span className="health-count">
          {state === "unknown" ? "not known" : words(count, unit)}
        </span>
      </header>
      {count > 0 && (
        <>
          <ul>
            {shown.map((line) => (
              <Line key={`${line.who} ${line.text} ${line.traceId}`} line={line} />
            ))}
          </ul>
          {lines.length > LINES_SHOWN && (
            <button
              type="button"
              className="button button-quiet"
              onClick={() => setWhole(!isWhole)}
              aria-expanded={isWhole}
            >
              {isWhole ? "Show fewer" : `Show all ${lines.length.toLocaleString("en")}`}
            </button>
          )}
          <p className="health-fix">{fix}</p>
          {query !== "" && (
            <Link to="/explore" search={{ q: query }}>
              Explore them
            </Link>
          )}
        </>
      )}
    </section>
  );
}

function words(count: number, unit: string): string {
  return count === 0
    ? "none"
    : countText(count, unit, unit === "process" ? "processes" : undefined);
}

function Line({ line }: { readonly line: CheckLine }) {
  const { who, text, count, traceId, spanId } = line;
  return (
    <li>
      <span className="health-times">{count > 0 && `${count.toLocaleString("en")}×`}</span>
      <span className="health-line">
        <strong>{who}</strong> {text}{" "}
        {traceId !== "" && (
          <Link to="/t/$traceId" params={{ traceId }} search={spanId === "" ? {} : { s: spanId }}>
            a trace with it
          </Link>
        )}
      </span>
    </li>
  );
}
