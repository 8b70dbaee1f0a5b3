/*
 * The line between the head of a trace and its picture: which picture, what is looked for, what is
 * hidden.
 */
import { type KeyboardEvent, type RefObject } from "react";
import { countText } from "../design/time-text.ts";
import { type HiddenKind } from "../geometry/row-filter.ts";
import { ServiceFilter } from "./service-filter.tsx";
import type { TraceModel } from "./trace-model.ts";
import type { TraceSight } from "./trace-sight.ts";
import "./trace-tools.css";

/** The pictures, in the order of their keys. */
export const VIEW_NAMES = ["waterfall", "tree", "flame", "table", "map", "logs"] as const;

/** One of the pictures. */
export type ViewName = (typeof VIEW_NAMES)[number];

/** What {@link TraceTools} takes. */
export interface TraceToolsProps {
  readonly model: TraceModel;
  readonly sight: TraceSight;
  readonly view: ViewName;
  readonly onView: (view: ViewName) => void;
  readonly typed: string;
  readonly isHiding: boolean;
  readonly hidden: readonly HiddenKind[];
  readonly isBelowOnly: boolean;
  readonly isZoomed: boolean;
  /** Whether clocks that disagree are made to agree. */
  readonly isCorrected: boolean;
  readonly findField: RefObject<HTMLInputElement | null>;
  readonly onFind: (typed: string) => void;
  readonly onHiding: (isHiding: boolean) => void;
  readonly onMatch: (step: "nextMatch" | "previousMatch") => void;
  readonly onHide: (kind: HiddenKind) => void;
  readonly onShow: (hidden: HiddenKind) => void;
  readonly onShowAll: () => void;
  readonly onWholeTime: () => void;
  readonly onCorrected: (isCorrected: boolean) => void;
  readonly onLeave: () => void;
  readonly children: React.ReactNode;
}

/** Views, find, and what is out of sight. */
export function TraceTools(props: TraceToolsProps) {
  const { model, view, onView, hidden, isBelowOnly, isZoomed } = props;
  return (
    <div className="trace-tools" data-own-keys="/">
      <div className="view-tabs" role="tablist" aria-label="Views">
        {VIEW_NAMES.map((name, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`view-${name}`}
            aria-selected={view === name}
            aria-controls="trace-view"
            onClick={() => onView(name)}
          >
            <kbd aria-hidden="true">{index + 1}</kbd> {titled(name)}
          </button>
        ))}
      </div>
      <Find {...props} />
      <ServiceFilter {...props} />
      {model.skewedCount > 0 && <ClockSwitch {...props} />}
      {hidden.map((kind) => (
        <button
          key={`${kind.service}\n${kind.name}`}
          type="button"
          className="chip"
          title="Show these spans again"
          onClick={() => props.onShow(kind)}
        >
          without <bdi>{kind.name === "" ? kind.service : kind.name}</bdi>{" "}
          <span aria-hidden="true">✕</span>
        </button>
      ))}
      {isBelowOnly && (
        <button type="button" className="chip" onClick={props.onShowAll}>
          one subtree only <span aria-hidden="true">✕</span>
        </button>
      )}
      {isZoomed && (
        <button type="button" className="chip" onClick={props.onWholeTime}>
          zoomed <span aria-hidden="true">✕</span>
        </button>
      )}
      <span className="tools-end">{props.children}</span>
    </div>
  );
}

/** Times are shown as they were sent; a correction is a guess that somebody must ask for. */
function ClockSwitch({ model, isCorrected, onCorrected }: TraceToolsProps) {
  return (
    <button
      type="button"
      className="button button-quiet"
      aria-pressed={isCorrected}
      title={`${countText(model.skewedCount, "span")} cannot have been when their clocks say. ${
        isCorrected ? "Moved to where they may have been." : "Shown as sent."
      }`}
      onClick={() => onCorrected(!isCorrected)}
    >
      correct clocks
    </button>
  );
}

function titled(name: ViewName): string {
  return `${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`;
}

function Find(props: TraceToolsProps) {
  const { typed, isHiding, findField, onFind, onMatch, onHiding, onLeave } = props;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && event.shiftKey) onHiding(!isHiding);
    else if (event.key === "Enter") onMatch("nextMatch");
    else if (event.key === "Escape") onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className="find">
      <input
        ref={findField}
        className="field"
        type="search"
        value={typed}
        placeholder="Find: text, key=value, >50ms   /"
        aria-label="Find in this trace"
        aria-describedby="find-result"
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onFind(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {typed !== "" && (
        <>
          <output id="find-result" className="find-result">
            {foundText(props)}
          </output>
          <button
            type="button"
            className="button button-quiet"
            aria-pressed={isHiding}
            title="Show only what was found, and what stands above it (Shift+Enter)"
            onClick={() => onHiding(!isHiding)}
          >
            only these
          </button>
        </>
      )}
    </search>
  );
}

/** How many, and of a large trace how far what spans say was searched. */
function foundText({ model, sight }: TraceToolsProps): string {
  const found = countText(sight.matchCount, "span");
  const { spans, shape } = model;
  if (spans.isWhole) return found;
  const read = spans.size.toLocaleString("en");
  return `${found}; names of all, attributes of ${read} of ${shape.rows.rowCount.toLocaleString("en")}`;
}
