/*
 * Compare: what changed between two traces, a trace and what is usual, or two sets of spans.
 */
import { getRouteApi } from "@tanstack/react-router";
import { type SubmitEvent, useEffect } from "react";
import { type CompareSearch, type CompareSide, compareSideOf } from "../address/compare-search.ts";
import { FROM_DEFAULT, TO_DEFAULT } from "../address/explore-search.ts";
import { compareQuestion, searchQuestion, useAnswer } from "../data/ask.ts";
import { compareCommand } from "../data/command-text.ts";
import { problemOf } from "../data/api-client.ts";
import { withCondition } from "../data/query-text.ts";
import { Comparison } from "../views/comparison.tsx";
import { CopyCommand } from "../views/copy-command.tsx";
import { ProblemNotice } from "../views/problem-notice.tsx";
import { SetComparison } from "../views/set-comparison.tsx";
import { PLACE_KEYS } from "../views/use-place-grid.tsx";
import { useKeySections } from "./page-help.tsx";
import "./compare-page.css";

const route = getRouteApi("/compare");

const KEYS = [PLACE_KEYS];

/** Traces of a set among which the middle one is looked for. */
const SET_TRACES = 100;

/** `/compare`. */
export function ComparePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [a, b] = [compareSideOf(search.a), compareSideOf(search.b)];
  useEffect(() => {
    document.title = "Compare · Spoor";
  }, []);
  useKeySections(KEYS);
  const filter = (condition: string, isOut: boolean): void => {
    const narrowed = (side: CompareSide): string =>
      side.kind === "set" ? `q:${withCondition(side.q, condition, isOut)}` : "";
    void navigate({ search: { ...search, a: narrowed(a), b: narrowed(b) } });
  };
  const time = { from: search.from ?? FROM_DEFAULT, to: search.to ?? TO_DEFAULT };
  return (
    <div className="compare-page">
      <Sides
        search={search}
        onChange={(next) => void navigate({ search: { ...search, ...next } })}
      />
      {a.kind === "none" || b.kind === "none" ? (
        <Introduction />
      ) : a.kind === "set" && b.kind === "set" ? (
        <SetComparison a={{ ...time, q: a.q }} b={{ ...time, q: b.q }} onFilter={filter} />
      ) : (
        <TracePair a={a} b={b} time={time} />
      )}
    </div>
  );
}

interface SidesProps {
  readonly search: CompareSearch;
  readonly onChange: (sides: { readonly a: string; readonly b: string }) => void;
}

function Sides({ search, onChange }: SidesProps) {
  const { a = "", b = "" } = search;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const textOf = (name: string): string => {
      const value = form.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    onChange({ a: textOf("a"), b: textOf("b") });
  };
  const command = compareCommand(a, b);
  return (
    <form className="compare-sides" key={`${a}\n${b}`} onSubmit={submit}>
      <SideField name="a" text={a} />
      <SideField name="b" text={b} />
      <button type="submit" className="button compare-go">
        Compare
      </button>
      <button type="button" className="button" onClick={() => onChange({ a: b, b: a })}>
        Swap
      </button>
      {command !== "" && <CopyCommand text={command} />}
    </form>
  );
}

function SideField({ name, text }: { readonly name: "a" | "b"; readonly text: string }) {
  return (
    <label className={`compare-side is-${name}`}>
      <span>{name.toUpperCase()}</span>
      <input
        className="field code"
        name={name}
        defaultValue={text}
        placeholder={name === "a" ? "typical, a trace id, or q:…" : "a trace id, or q:…"}
        spellCheck={false}
        autoComplete="off"
      />
    </label>
  );
}

function Introduction() {
  return (
    <div className="compare-intro">
      <h1>What changed?</h1>
      <p>Name two sides, and B is told as a change of A.</p>
      <dl>
        <dt>
          <code>typical</code> and a trace id
        </dt>
        <dd>the trace beside the middle one of its kind in the hour before it</dd>
        <dt>two trace ids</dt>
        <dd>one request beside another; the first digits are enough</dd>
        <dt>
          <code>q:resource.service.version:1.4</code> and another query
        </dt>
        <dd>
          all spans that each finds in the time above: before and after a release, good and bad
        </dd>
        <dt>a trace id and a query</dt>
        <dd>the trace beside the middle one that the query finds</dd>
      </dl>
    </div>
  );
}

interface TracePairProps {
  readonly a: CompareSide;
  readonly b: CompareSide;
  readonly time: { readonly from: string; readonly to: string };
}

/** A set beside a trace stands for its middle trace. */
function TracePair({ a, b, time }: TracePairProps) {
  const set = [a, b].find((side) => side.kind === "set");
  const found = useAnswer(
    set === undefined
      ? undefined
      : searchQuestion({ ...time, q: set.q, sort: "duration", limit: SET_TRACES, spans: 1 }),
  );
  const traces = found.data?.traces ?? [];
  const middle = traces[Math.floor(traces.length / 2)]?.traceId;
  const references = [a, b].map((side) => referenceOf(side, middle));
  const [first, second] = references;
  const answer = useAnswer(
    first === undefined || second === undefined ? undefined : compareQuestion(first, second),
  );
  const error = found.error ?? answer.error;
  if (error !== null) {
    return <ProblemNotice problem={problemOf(error)} onRetry={() => void answer.refetch()} />;
  }
  if (set !== undefined && found.data !== undefined && middle === undefined) {
    return <p className="compare-wait">The query finds no trace in this time.</p>;
  }
  if (answer.data === undefined) return <p className="compare-wait">Laying one over the other…</p>;
  return (
    <>
      {set !== undefined && (
        <p className="compare-note">
          <code>{set.q}</code> stands here as the middle one, by duration, of {traces.length} traces
          that it finds.
        </p>
      )}
      <Comparison key={`${first} ${second}`} answer={answer.data} />
    </>
  );
}

function referenceOf(side: CompareSide, middle: string | undefined): string | undefined {
  if (side.kind === "set") return middle;
  if (side.kind === "typical") return "typical";
  return side.kind === "trace" ? side.reference : undefined;
}
