/*
 * Explore: find the odd ones, and what they have in common.
 */
import { getRouteApi, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import {
  type ExploreSearch,
  FROM_DEFAULT,
  GROUP_DEFAULT,
  pinsOf,
  TO_DEFAULT,
} from "../address/explore-search.ts";
import { differenceQuestion, type QueryInTime, useAnswer } from "../data/ask.ts";
import { problemOf } from "../data/api-client.ts";
import { findCommand } from "../data/command-text.ts";
import { type ExploreAnswers, useExploreAnswers } from "../data/explore-answers.ts";
import { withCondition } from "../data/query-text.ts";
import { useStreamState } from "../data/stream-context.tsx";
import { Toggle } from "../design/toggle.tsx";
import { boxOf, boxText } from "../geometry/heat-box.ts";
import type { HeatmapAnswer } from "@spoor/trace";
import { type HeatTotals, heatTotals } from "../geometry/heat-scale.ts";
import { Asking } from "../views/asking.tsx";
import { CopyCommand } from "../views/copy-command.tsx";
import { DifferencePanel } from "../views/difference-panel.tsx";
import { Facets } from "../views/facets.tsx";
import { HeatLegend, useHeatLines } from "../views/heat-lines.tsx";
import { Heatmap } from "../views/heatmap.tsx";
import { NothingFound } from "../views/nothing-found.tsx";
import { ProblemNotice } from "../views/problem-notice.tsx";
import { QueryBox } from "../views/query-box.tsx";
import { ResultHead } from "../views/result-head.tsx";
import { selectionOf } from "./explore-selection.ts";
import { ExploreTabs } from "./explore-tabs.tsx";
import { SavedQueries } from "./saved-queries.tsx";
import "./explore-page.css";

const route = getRouteApi("/explore");

type Draft = { readonly [K in keyof ExploreSearch]?: ExploreSearch[K] | undefined };

/** What the parts of the page do to its address. */
export interface ExploreActions {
  readonly change: (draft: Draft) => void;
  readonly filter: (condition: string, isOut: boolean) => void;
}

/** `/explore`. */
export function ExplorePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { phase } = useStreamState();
  const { q = "", from = FROM_DEFAULT, to = TO_DEFAULT } = search;
  // Nothing may change under a box that somebody has drawn.
  const isLive = phase === "open" && search.box === undefined;
  const answers = useExploreAnswers({ q, from, to }, isLive);
  const change = (draft: Draft): void => {
    // What is undefined is left out of the address, as if it were not there.
    void navigate({ search: { ...search, ...draft } as ExploreSearch });
  };
  const traceql = answers.heat?.traceql ?? answers.shown.q;
  const filter = (condition: string, isOut: boolean): void =>
    change({ q: withCondition(traceql, condition, isOut), box: undefined });
  useEffect(() => {
    document.title = q === "" ? "Explore · Spoor" : `${q} · Spoor`;
  }, [q]);
  return (
    <div className="explore">
      <ExploreHead search={search} answers={answers} change={change} />
      {answers.problem !== undefined && answers.heat === undefined ? (
        <ProblemNotice problem={answers.problem} onRetry={answers.reread} />
      ) : (
        <div className="explore-body">
          <Facets
            asked={answers.shown}
            traceql={answers.heat?.traceql}
            isOfPresent={answers.heat?.ofPresent === true}
            isUnsure={mayBeOfPresent(answers)}
            pins={pinsOf(search.pin)}
            onPins={(pins) => change({ pin: pins.length === 0 ? undefined : pins.join(",") })}
            onFilter={filter}
          />
          {answers.heat === undefined ? (
            <Asking what="Asking" />
          ) : (
            <Results search={search} answers={answers} actions={{ change, filter }} />
          )}
        </div>
      )}
    </div>
  );
}

/** Whether a query may be about what has not ended, and the server has not said so yet. */
function mayBeOfPresent({ shown, heat, isOld }: ExploreAnswers): boolean {
  return /state|finding/i.test(shown.q) && (heat === undefined || isOld);
}

interface HeadProps {
  readonly search: ExploreSearch;
  readonly answers: ExploreAnswers;
  readonly change: (draft: Draft) => void;
}

function ExploreHead({ search, answers, change }: HeadProps) {
  const { heat, queryProblem } = answers;
  const { searchStr } = useLocation();
  const { q = "", from = FROM_DEFAULT, to = TO_DEFAULT, g: groupBy = GROUP_DEFAULT } = search;
  const isTranslated = heat?.isTranslated === true && queryProblem === undefined && q !== "";
  return (
    <header className="explore-head">
      <h1 className="visually-hidden">Explore</h1>
      <QueryBox
        query={q}
        onAsk={(query) => change({ q: query === "" ? undefined : query, box: undefined })}
        problem={queryProblem}
        translation={isTranslated ? heat.traceql : ""}
      />
      <div className="explore-tools">
        <SavedQueries search={searchStr} name={q === "" ? "everything" : q} />
        <CopyCommand
          text={findCommand({ q, from, to }, search.tab === "groups" ? groupBy : undefined)}
        />
      </div>
    </header>
  );
}

interface ResultsProps {
  readonly search: ExploreSearch;
  readonly answers: ExploreAnswers;
  readonly actions: ExploreActions;
}

function Results({ search, answers, actions }: ResultsProps) {
  const { heat, heatAtMs, shown, queryProblem, isOld } = answers;
  if (heat === undefined) return null;
  const totals = heatTotals(heat.cells);
  const seconds = Number(BigInt(heat.toUnixNano) - BigInt(heat.fromUnixNano)) / 1e9;
  const asked = { ...shown, q: heat.traceql };
  return (
    <>
      <div className="explore-main" aria-busy={isOld}>
        {isOld && (
          <div className="explore-asking">
            <Asking what="Asking" />
          </div>
        )}
        {queryProblem !== undefined && (
          <p className="explore-other">
            Below is {shown.q === "" ? "everything" : <code>{shown.q}</code>}, until the query can
            be asked.
          </p>
        )}
        {heat.ofPresent ? (
          <p className="explore-present">
            What has not ended is of this moment and makes no series: here are the spans and their
            traces.
          </p>
        ) : (
          <>
            <ResultHead totals={totals} seconds={seconds} coverage={heat} />
            <HeatTools search={search} totals={totals} actions={actions} />
            <Heat search={search} asked={asked} heat={heat} actions={actions} />
          </>
        )}
        {totals.spanCount === 0 && !heat.ofPresent ? (
          <NothingFound
            asked={asked}
            onTime={(from) => actions.change({ from, to: undefined, box: undefined })}
            onQuery={(q) => actions.change({ q: q === "" ? undefined : q })}
          />
        ) : (
          <ExploreTabs
            search={search}
            asked={asked}
            actions={actions}
            spanCount={totals.spanCount}
            isOfPresent={heat.ofPresent}
            nowMs={heatAtMs}
          />
        )}
      </div>
      {totals.spanCount > 0 && (
        <Difference search={search} asked={asked} totals={totals} actions={actions} />
      )}
    </>
  );
}

interface HeatProps {
  readonly search: ExploreSearch;
  readonly asked: QueryInTime;
  readonly heat: HeatmapAnswer;
  readonly actions: ExploreActions;
}

/** The heat map, with the lines that were asked for. */
function Heat({ search, asked, heat, actions }: HeatProps) {
  const by = search.g ?? GROUP_DEFAULT;
  const state = useHeatLines({ kind: search.lines, asked, heat, by });
  const title = search.lines === "groups" ? `p95 by ${fieldText(by)}:` : "Of each step:";
  return (
    <>
      <Heatmap
        answer={heat}
        mode={search.heat ?? "count"}
        lines={state.lines}
        box={boxOf(search.box)}
        onBox={(box) => actions.change({ box: box === undefined ? undefined : boxText(box) })}
      />
      {search.lines !== undefined && <HeatLegend state={state} title={title} />}
    </>
  );
}

/** What people call the usual field. */
function fieldText(field: string): string {
  return field === GROUP_DEFAULT ? "service" : field;
}

interface HeatToolsProps {
  readonly search: ExploreSearch;
  readonly totals: HeatTotals;
  readonly actions: ExploreActions;
}

function HeatTools({ search, totals, actions: { change } }: HeatToolsProps) {
  return (
    <div className="explore-heat-tools">
      <span>Duration over time; draw a box to ask what is different about it</span>
      {search.box !== undefined && (
        <button type="button" className="button" onClick={() => change({ box: undefined })}>
          Clear the box
        </button>
      )}
      <Toggle
        text="Percentiles"
        isOn={search.lines === "percentiles"}
        onChange={(isOn) => change({ lines: isOn ? "percentiles" : undefined })}
      />
      <Toggle
        text={`p95 by ${fieldText(search.g ?? GROUP_DEFAULT)}`}
        isOn={search.lines === "groups"}
        onChange={(isOn) => change({ lines: isOn ? "groups" : undefined })}
      />
      {totals.errorCount > 0 && (
        <Toggle
          text="Only errors"
          isOn={search.heat === "errors"}
          onChange={(isOn) => change({ heat: isOn ? "errors" : undefined })}
        />
      )}
    </div>
  );
}

interface DifferenceProps extends HeatToolsProps {
  readonly asked: QueryInTime;
}

function Difference({ search, asked, totals, actions }: DifferenceProps) {
  const selection = selectionOf({ asked, totals, box: boxOf(search.box), chosen: search.sel });
  const answer = useAnswer(
    selection === undefined ? undefined : differenceQuestion(selection.request),
  );
  if (selection === undefined) return null;
  const choose = (sel: "errors" | "slowest"): void => actions.change({ sel, box: undefined });
  const choices = [
    ...(totals.errorCount > 0 ? [{ name: "errors", text: "Errors" } as const] : []),
    { name: "slowest", text: "Slowest 1 %" } as const,
  ];
  return (
    <DifferencePanel
      answer={answer.error === null ? answer.data : undefined}
      what={selection.what}
      choices={choices.map(({ name, text }) => ({
        name,
        text,
        isOn: selection.name === name,
        onChoose: () => choose(name),
      }))}
      problem={answer.error === null ? "" : problemOf(answer.error).detail}
      {...(selection.name === "errors" ? { ownField: "status" } : {})}
      onFilter={actions.filter}
    />
  );
}
