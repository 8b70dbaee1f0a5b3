/*
 * The top of a trace's page: what it was, the answer in words, and what is not right with it.
 */
import {
  type Coverage,
  formatDuration,
  httpStatusCode,
  isErrorRow,
  skeletonSpanId,
  type VerdictGround,
} from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from "react";
import { problemOf } from "../data/api-client.ts";
import { CopyButton } from "../design/copy-button.tsx";
import { Monogram } from "../design/monogram.tsx";
import {
  clockText,
  countText,
  dayText,
  exactDurationText,
  exactTimeText,
} from "../design/time-text.ts";
import { CoverageNote } from "./coverage-note.tsx";
import { clipped } from "./line-words.ts";
import {
  durationOfRow,
  errorOfRow,
  lookOfRow,
  serviceOfRow,
  spanOfRow,
  titleOfRow,
  type TraceModel,
  type TraceProblems,
  verdictOf,
} from "./trace-model.ts";
import { UsualNote } from "./usual-note.tsx";
import "./trace-head.css";

/** Reasons for missing parents that stand above the picture; each stands in its line as well. */
const REASONS_MAX = 2;

/** What {@link TraceHead} takes. */
export interface TraceHeadProps {
  readonly model: TraceModel;
  readonly coverage: Coverage;
  readonly nowMs: number;
  readonly onSelect: (row: number) => void;
}

/** Name, numbers, verdict and warnings of one trace. */
export function TraceHead({ model, coverage, nowMs, onSelect }: TraceHeadProps) {
  const { shape, spans } = model;
  const version = useSyncExternalStore(spans.subscribe, () => spans.version);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the cache changes under its version
  const verdict = useMemo(() => verdictOf(model), [model, version]);
  const { failure, slowest } = verdict;
  useEffect(() => {
    const rows = [0, failure, slowest?.row].filter((row) => row !== undefined);
    spans.want(
      "verdict",
      rows.map((row) => skeletonSpanId(shape.skeleton, row)),
    );
  }, [spans, shape, failure, slowest?.row]);
  const hasRoot = shape.rows.rowCount > 0;
  const waitingRow = Array.from(model.openOf).find(([, open]) => open === verdict.waiting)?.[0];
  return (
    <section className="trace-head" aria-label="Trace">
      <div className="trace-head-top">
        <h1 title={hasRoot ? clipped(titleOfRow(model, 0)) : ""}>
          <Monogram service={serviceOfRow(model, 0)} look={lookOfRow(model, 0)} />
          <bdi>{hasRoot ? clipped(titleOfRow(model, 0)) || "(no name)" : "(no spans)"}</bdi>
        </h1>
        <span className="trace-id">
          <span className="visually-hidden">Trace id </span>
          <code>{shape.skeleton.traceId}</code>
          <CopyButton text={shape.skeleton.traceId} what="trace id" />
        </span>
      </div>
      {hasRoot && <Facts model={model} nowMs={nowMs} />}
      {verdict.sentence !== "" && (
        <p className="verdict">
          {verdict.sentence}{" "}
          {waitingRow !== undefined && (
            <JumpButton row={waitingRow} text="Show what waits" onSelect={onSelect} />
          )}{" "}
          {failure !== undefined && (
            <JumpButton row={failure} text="Show the failure" onSelect={onSelect} />
          )}{" "}
          {slowest !== undefined && slowest.row !== failure && (
            <JumpButton row={slowest.row} text="Show the slowest" onSelect={onSelect} />
          )}
        </p>
      )}
      {verdict.grounds.length > 0 && <Grounds grounds={verdict.grounds} />}
      <ul className="trace-problems">
        {[...problemTexts(model.problems), skewText(model)].filter(isSaid).map((text) => (
          <li key={text}>
            <span aria-hidden="true">? </span>
            {text}
          </li>
        ))}
        {[...new Set(Array.from(model.lostReasons.values(), ({ sentence }) => sentence))]
          .slice(0, REASONS_MAX)
          .map((sentence) => (
            <li key={sentence}>A parent never arrived: {clipped(sentence)}.</li>
          ))}
        {model.problems.orphan > 0 && model.isStored && (
          <li>
            <Link to="/health">Who loses parents</Link>
          </li>
        )}
        {spans.problem !== undefined && (
          <li>▲ What spans say could not be read: {problemOf(spans.problem).detail}</li>
        )}
        <li className="trace-coverage">
          <CoverageNote coverage={coverage} />
        </li>
      </ul>
    </section>
  );
}

/** What the sentence rests on, so that nobody has to believe it. */
function Grounds({ grounds }: { readonly grounds: readonly VerdictGround[] }) {
  return (
    <details className="grounds">
      <summary>Why this is said</summary>
      <ul>
        {grounds.map(({ rule, certainty, evidence }) => (
          <li key={rule}>
            <strong>{certainty === "seen" ? "seen" : "probably"}</strong> · rule <code>{rule}</code>
            {evidence.length > 0 && ` · ${evidence.join(" · ")}`}
          </li>
        ))}
      </ul>
    </details>
  );
}

function JumpButton(props: {
  readonly row: number;
  readonly text: string;
  readonly onSelect: (row: number) => void;
}) {
  return (
    <button type="button" className="jump" onClick={() => props.onSelect(props.row)}>
      {props.text}
    </button>
  );
}

function Facts({ model, nowMs }: { readonly model: TraceModel; readonly nowMs: number }) {
  const { shape, openOf, errorCount } = model;
  const start = shape.skeleton.startTimeUnixNano;
  const day = dayText(start, nowMs);
  const durationNano = durationOfRow(model, 0);
  const wholeNano = shape.durationNano;
  return (
    <ul className="facts">
      <li>
        <bdi>{clipped(serviceOfRow(model, 0))}</bdi>
      </li>
      <Outcome model={model} />
      <li className="fact-strong" title={exactDurationText(durationNano)}>
        {formatDuration(durationNano)}
      </li>
      {wholeNano > durationNano * 1.01 && (
        <li title={exactDurationText(wholeNano)}>{formatDuration(wholeNano)} to the last span</li>
      )}
      <li title={exactTimeText(start)}>
        {day !== "" && `${day} `}
        {clockText(start)}
      </li>
      <li>{countText(shape.rows.rowCount, "span")}</li>
      {openOf.size > 0 && <li className="fact-open">▷ {openOf.size} open</li>}
      <li>{countText(model.looks.size, "service")}</li>
      <li className={errorCount > 0 ? "fact-error" : ""}>
        {errorCount === 0 ? "no errors" : `✕ ${countText(errorCount, "error")}`}
      </li>
      <li className="fact-usual">
        <UsualNote model={model} row={0} nowMs={nowMs} />
      </li>
    </ul>
  );
}

/** The root's status in words, and its HTTP status code where it has one. */
function Outcome({ model }: { readonly model: TraceModel }): ReactNode {
  const root = spanOfRow(model, 0);
  const httpStatus = root === undefined ? undefined : httpStatusCode(root.attributes);
  const isError = isErrorRow(model.shape.rows, 0);
  if (!isError) return httpStatus === undefined ? null : <li>HTTP {httpStatus}</li>;
  return (
    <li className="fact-error" title={clipped(errorOfRow(model, 0))}>
      ✕ {httpStatus === undefined ? "failed" : `HTTP ${httpStatus}`}
    </li>
  );
}

function spanText(count: number): string {
  return countText(count, "span");
}

function isSaid(text: string): boolean {
  return text !== "";
}

/** A correction is a guess, and is said to be one. */
function skewText({ skewedCount, shape }: TraceModel): string {
  if (skewedCount === 0) return "";
  return shape.movedNano === undefined
    ? `${spanText(skewedCount)} outside of what called ${skewedCount === 1 ? "it" : "them"}: clocks disagree.`
    : `${spanText(skewedCount)} moved to where ${skewedCount === 1 ? "it" : "they"} may have been: clocks disagree.`;
}

/** One sentence for each kind of problem. */
function problemTexts(problems: TraceProblems): string[] {
  const { orphan, selfParent, cycle, copy, endBeforeStart, sharedId } = problems;
  return [
    orphan > 0
      ? `${spanText(orphan)} without ${orphan === 1 ? "its" : "their"} parent: it never arrived.`
      : "",
    selfParent > 0 ? `${spanText(selfParent)} naming itself as parent.` : "",
    cycle > 0 ? `${countText(cycle, "circle")} of spans that name each other as parents.` : "",
    copy > 0 ? `${countText(copy, "exact copy", "exact copies")} of spans left out.` : "",
    sharedId > 0 ? `${countText(sharedId, "span id")} used by different spans.` : "",
    endBeforeStart > 0
      ? `${spanText(endBeforeStart)} ending before the start: a clock was set back.`
      : "",
  ].filter(isSaid);
}
