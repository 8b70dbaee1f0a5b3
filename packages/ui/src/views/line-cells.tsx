/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows of a table cannot be placed freely */
import { formatDuration, isErrorRow, openSpanSentence, OutlineFlag, type Span } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import type { CSSProperties, ReactNode } from "react";
import { Monogram } from "../design/monogram.tsx";
import { exactDurationText } from "../design/time-text.ts";
import type { ExtraLine } from "../geometry/shown-rows.ts";
import { barOf } from "../geometry/time-scale.ts";
import type { TimeWindow } from "../geometry/time-window.ts";
import {
  clipped,
  hiddenWords,
  type LinePlace,
  lostReason,
  lostWords,
  oddityOf,
  openWords,
  repeatWords,
} from "./line-words.ts";
import { type LogMark, spanBar } from "./span-bar.tsx";
import {
  calleeOfRow,
  durationOfRow,
  errorOfRow,
  hasFlag,
  lookOfRow,
  serviceOfRow,
  titleOfRow,
  type TraceModel,
} from "./trace-model.ts";

const INDENT_PX = 14;
/** Deeper than this the indent stops growing, or the names would leave their column. */
const INDENT_LEVELS_MAX = 24;

/** What fits into the column of names on the narrowest screen that shows the detail beside it. */
const LETTERS_MAX = 40;

/** What the cells of any line take. */
export interface CellProps {
  readonly model: TraceModel;
  /** A row, or below 0 an extra line. */
  readonly line: number;
  readonly extra: ExtraLine | undefined;
  readonly place: LinePlace;
  /** Of the row, once it is here. */
  readonly span: Span | undefined;
  readonly isFolded: boolean;
  readonly window: TimeWindow;
  readonly logs: readonly LogMark[] | undefined;
  /** False in the tree, which has no column for time. */
  readonly hasBar: boolean;
}

/**
 * The cells of a line. Functions that are called, and no components of their own: what stands in a
 * place changes kind at each scroll step, and React makes all elements of another component anew,
 * but keeps those of another row of the same.
 */
export function lineCells(props: CellProps): ReactNode {
  const { extra } = props;
  if (extra === undefined) return spanCells({ ...props, row: props.line });
  switch (extra.kind) {
    case "lost":
      return lostCells({ ...props, lost: extra.lost });
    case "repeat":
      return repeatCells({ ...props, repeat: extra.repeat });
    case "hidden":
      return hiddenCells({ ...props, count: extra.count });
    case "note":
      return holderCells({ ...props, row: extra.row, note: extra.note });
  }
}

function spanCells(props: CellProps & { readonly row: number }): ReactNode {
  const { model, row, place, isFolded, span, window, logs, hasBar } = props;
  const { shape } = model;
  const service = serviceOfRow(model, row);
  const parent = shape.rows.parentRow[row] ?? -1;
  const isNewService = parent === -1 || serviceOfRow(model, parent) !== service;
  const durationNano = durationOfRow(model, row);
  const selfNano = shape.selfNano[row] ?? 0;
  const title = clipped(titleOfRow(model, row));
  const isOpen = hasFlag(shape, row, OutlineFlag.open);
  const hasMarks =
    isErrorRow(shape.rows, row) || isOpen || model.slowNano.has(row) || model.waitedOf.has(row);
  const letters = title.length + (isNewService ? service.length : 0) + place.level * 2;
  const isTight =
    hasMarks ||
    calleeOfRow(model, row) !== "" ||
    oddityOf(model, row) !== "" ||
    letters > LETTERS_MAX;
  return (
    <>
      <div
        role="gridcell"
        className={isTight ? "span-name is-tight" : "span-name"}
        style={indentOf(place)}
      >
        {twisty(place, isFolded)}
        <Monogram service={service} look={lookOfRow(model, row)} />
        <span className="span-title">{title === "" ? "(no name)" : title}</span>
        {isNewService && <span className="span-service">{clipped(service, 80)}</span>}
        {marks(model, row)}
      </div>
      <div role="gridcell" className="number quiet">
        {formatDuration(selfNano)}
      </div>
      <div role="gridcell" className="number">
        {isOpen && <span className="open-sign">▷ </span>}
        {hasFlag(shape, row, OutlineFlag.timeMissing) ? "no time" : formatDuration(durationNano)}
      </div>
      {hasBar && (
        <div role="gridcell" className="span-time">
          {spanBar({ model, row, span, window, logs })}
        </div>
      )}
    </>
  );
}

/** Every mark is a glyph and a word, and never a colour alone. */
function marks(model: TraceModel, row: number): ReactNode {
  const slowNano = model.slowNano.get(row);
  const isError = isErrorRow(model.shape.rows, row);
  const oddity = oddityOf(model, row);
  const open = model.openOf.get(row);
  const callee = calleeOfRow(model, row);
  const waited = model.waitedOf.get(row);
  const isPlain = slowNano === undefined && !isError && oddity === "" && open === undefined;
  if (isPlain && callee === "" && waited === undefined) return null;
  const error = clipped(errorOfRow(model, row));
  return (
    <span className={marksClass({ isOpen: open !== undefined, slowNano, isError, waited })}>
      {open !== undefined && (
        <span className="mark-open" title={openSpanSentence(open, model.running.nowUnixNano)}>
          {openWords(open)}
        </span>
      )}
      {waited !== undefined && (
        <span className="mark-slow" title={waited}>
          ‖ waited
        </span>
      )}
      {slowNano !== undefined && (
        <span
          className="mark-slow"
          title={`${exactDurationText(slowNano)} of its own on the critical path`}
        >
          ← slow
        </span>
      )}
      {isError && <span className="mark-error">✕</span>}
      {isError && (
        <span className="mark-error-text" title={error}>
          {error === "" ? "error" : error}
        </span>
      )}
      {callee !== "" && (
        <span className="mark-callee" title={`${clipped(callee)} has no spans in this trace`}>
          → {clipped(callee, 60)}
        </span>
      )}
      {oddity !== "" && <span className="mark-odd">? {oddity}</span>}
    </span>
  );
}

/** How much of the marks must stay in sight. In classes, because `:has` costs at each scroll. */
function marksClass(shown: {
  readonly isOpen: boolean;
  readonly slowNano: number | undefined;
  readonly isError: boolean;
  readonly waited: string | undefined;
}): string {
  if (shown.isOpen) return "marks is-open";
  const classes = shown.waited === undefined ? "marks" : "marks is-waited";
  if (shown.slowNano === undefined) return classes;
  return shown.isError ? `${classes} is-slow is-error` : `${classes} is-slow`;
}

function lostCells(props: CellProps & { readonly lost: number }): ReactNode {
  const { model, lost, place, isFolded, hasBar } = props;
  const { sentence, evidence = [] } = lostReason(model, lost) ?? {};
  const why = sentence !== undefined && (
    <span className="lost-reason" title={evidence.join("\n")}>
      {clipped(sentence)}
    </span>
  );
  return (
    <>
      <div role="gridcell" className="span-name is-ghost is-tight" style={indentOf(place)}>
        {twisty(place, isFolded)}
        <span className="ghost-chip" aria-hidden="true">
          ?
        </span>
        <span className="span-title">{lostWords(model, lost)}</span>
        {!hasBar && why}
      </div>
      <div role="gridcell" aria-label="no self time" />
      <div role="gridcell" aria-label="no duration" />
      {hasBar && (
        <div
          role="gridcell"
          className="span-time"
          aria-label={why === false ? "no time" : undefined}
        >
          {why}
        </div>
      )}
    </>
  );
}

function repeatCells(props: CellProps & { readonly repeat: number }): ReactNode {
  const { model, repeat, place, window, hasBar } = props;
  const { rows, skeleton, selfNano } = model.shape;
  const members = model.repeats.list[repeat]?.rows ?? [];
  const first = members[0] ?? 0;
  const sumOf = (column: Float64Array): number =>
    members.reduce((sum, row) => sum + (column[row] ?? 0), 0);
  const [totalNano, ownNano] = [sumOf(skeleton.durationNano), sumOf(selfNano)];
  const last = members.reduce((end, row) => Math.max(end, rows.endNano[row] ?? 0), 0);
  const bar = barOf(window, { startNano: rows.startNano[first] ?? 0, endNano: last });
  return (
    <>
      <div role="gridcell" className="span-name is-tight" style={indentOf(place)}>
        {twisty(place, true)}
        <Monogram service={serviceOfRow(model, first)} look={lookOfRow(model, first)} />
        <span className="span-title">
          {clipped(skeleton.names[skeleton.name[first] ?? -1] ?? "")}
        </span>
        <span className="mark-repeat">{repeatWords(model, repeat)}</span>
      </div>
      <div role="gridcell" className="number quiet">
        {formatDuration(ownNano)}
      </div>
      <div role="gridcell" className="number">
        {formatDuration(totalNano)}
      </div>
      {hasBar && (
        <div role="gridcell" className="span-time">
          {bar !== undefined && (
            <div
              className="bar-repeat"
              style={{ left: `${bar.left * 100}%`, width: `${bar.width * 100}%` }}
              aria-hidden="true"
            />
          )}
        </div>
      )}
    </>
  );
}

function hiddenCells(props: CellProps & { readonly count: number }): ReactNode {
  const { count, place, hasBar } = props;
  return (
    <>
      <div role="gridcell" className="span-name is-hidden-note" style={indentOf(place)}>
        <span className="twisty" aria-hidden="true">
          ⋯
        </span>
        <span className="span-title">{hiddenWords(count)}</span>
      </div>
      <div role="gridcell" aria-label="no self time" />
      <div role="gridcell" aria-label="no duration" />
      {hasBar && <div role="gridcell" className="span-time" aria-label="no time" />}
    </>
  );
}

/** Dashed, because it is no span: somebody else told of it. */
function holderCells(
  props: CellProps & { readonly row: number; readonly note: number },
): ReactNode {
  const { model, row, note, place, window, hasBar } = props;
  const {
    verb = "held by",
    who = "",
    session = "",
    instrumentation,
    traceId = "",
  } = model.holdersOf.get(row)?.[note] ?? {};
  const { startNano, endNano } = model.shape.rows;
  const bar = barOf(window, { startNano: startNano[row] ?? 0, endNano: endNano[row] ?? 0 });
  // What stands in the name is the first that a narrow column cuts.
  const text = [instrumentation === "no" ? "not instrumented" : "", session]
    .filter((part) => part !== "")
    .join(", ");
  return (
    <>
      <div role="gridcell" className="span-name is-holder is-tight" style={indentOf(place)}>
        <span className="twisty" aria-hidden="true" />
        <span className="ghost-chip" aria-hidden="true">
          ‖
        </span>
        <span className="span-title" title={`${who}${session === "" ? "" : `: ${session}`}`}>
          {verb} {who}
        </span>
        {traceId !== "" && (
          <Link to="/t/$traceId" params={{ traceId }} className="holder-link">
            its trace
          </Link>
        )}
      </div>
      <div role="gridcell" aria-label="no self time" />
      <div role="gridcell" aria-label="no duration" />
      {hasBar && (
        <div role="gridcell" className="span-time">
          {bar !== undefined && (
            <div
              className="bar-holder"
              style={{ left: `${bar.left * 100}%`, width: `${bar.width * 100}%` }}
              title={text}
            >
              {text}
            </div>
          )}
        </div>
      )}
    </>
  );
}

function twisty({ canFold }: LinePlace, isFolded: boolean): ReactNode {
  return (
    <span className="twisty" data-twisty={canFold ? "" : undefined} aria-hidden="true">
      {canFold ? (isFolded ? "▸" : "▾") : ""}
    </span>
  );
}

function indentOf({ level }: LinePlace): CSSProperties {
  const levels = Math.min(level - 1, INDENT_LEVELS_MAX);
  // React knows no custom properties, but passes them on.
  return { "--indent": `${levels * INDENT_PX}px` } as CSSProperties;
}
