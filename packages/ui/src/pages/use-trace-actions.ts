/*
 * What the keys and buttons of a trace's page do to what is shown of it.
 */
import { type RefObject, useCallback } from "react";
import type { TraceViewName } from "../address/search.ts";
import { keyOfLine, keyOfRow } from "../geometry/line-key.ts";
import { hiddenText, parseHidden } from "../geometry/row-filter.ts";
import {
  isWhole,
  panned,
  type TimeWindow,
  windowAround,
  windowText,
  zoomed,
} from "../geometry/time-window.ts";
import type { CopyKind } from "./use-copies.ts";
import { type LineStep, rowOfLine, stepOf, toggled } from "../views/line-moves.ts";
import type { TraceCommand } from "../views/trace-keys.ts";
import type { TraceModel } from "../views/trace-model.ts";
import { type Folds, revealed, type TraceSight } from "../views/trace-sight.ts";
import type { SearchDraft, TraceSearchState } from "./use-trace-search.ts";

/** What actions work on. */
export interface ActionParts {
  readonly model: TraceModel;
  readonly sight: TraceSight;
  readonly state: TraceSearchState;
  readonly setFolds: (folds: Folds) => void;
  readonly pageRows: number;
  readonly findField: RefObject<HTMLInputElement | null>;
  readonly copy: (what: CopyKind, row: number) => void;
}

/** What can be done. */
export interface TraceActions {
  /** False when there was nothing to do. */
  readonly run: (command: TraceCommand) => boolean;
  readonly selectRow: (row: number, isOpening: boolean) => void;
  readonly openLine: (line: number) => void;
  readonly foldLine: (line: number) => void;
  readonly setView: (view: TraceViewName) => void;
  readonly setWindow: (window: TimeWindow | undefined) => void;
  readonly zoom: (by: { readonly factor: number; readonly anchor: number }) => void;
}

const ZOOM_STEP = 0.6;
const PAN_STEP = 0.2;

/** The actions of the page as it is now. */
export function useTraceActions(parts: ActionParts): TraceActions {
  const { model, sight, state, setFolds } = parts;
  const { change } = state;
  const { durationNano } = model.shape;
  const setWindow = (window: TimeWindow | undefined): void => {
    const isAll = window === undefined || isWhole(window, durationNano);
    change({ z: isAll ? undefined : windowText(window) });
  };
  const setView = useCallback(
    (view: TraceViewName) => change({ v: view === "waterfall" ? undefined : view }),
    [change],
  );
  const selectRow = (row: number, isOpening: boolean): void => {
    setFolds(revealed(model, sight.folds, row));
    change({ s: keyOfRow(model.shape, row), ...(isOpening ? { d: "1" } : {}) });
  };
  const selectLine = (line: number, draft: SearchDraft): void =>
    change({ s: keyOfLine(model, sight.lines, line), ...draft });
  const foldLine = (line: number): void => {
    const folds = toggled(parts, line);
    if (folds === undefined) return;
    setFolds(folds);
    // Folding hides what is below, so the selection goes to what is left of it.
    const first = line < 0 ? rowOfLine(parts, line) : -1;
    const isRepeat = sight.lines.extras[-1 - line]?.kind === "repeat";
    if (isRepeat && first !== -1) change({ s: keyOfRow(model.shape, first) });
    else selectLine(line, {});
  };
  const openLine = (line: number): void => {
    const extra = sight.lines.extras[-1 - line];
    if (extra?.kind === "repeat") foldLine(line);
    else if (extra?.kind === "hidden") change({ m: undefined, x: undefined, o: undefined });
    else selectLine(line, { d: "1" });
  };
  const take = (step: LineStep): void => {
    if (step.kind === "line") selectLine(step.line, {});
    else if (step.kind === "row") selectRow(step.row, false);
    else setFolds(step.folds);
  };
  const zoom: TraceActions["zoom"] = (by) =>
    setWindow(zoomed(sight.window, { ...by, durationNano }));
  const run = (command: TraceCommand): boolean => {
    const step = stepOf(command, parts);
    if (step !== undefined) {
      const line = sight.lines.lines[sight.place] ?? 0;
      if (step.kind === "fold" && (command === "left" || command === "right")) foldLine(line);
      else take(step);
      return true;
    }
    return runOther(command, parts, { setWindow, setView, zoom, openLine });
  };
  return { run, selectRow, openLine, foldLine, setView, setWindow, zoom };
}

type Means = Pick<TraceActions, "setWindow" | "setView" | "zoom" | "openLine">;

const VIEW_OF: Partial<Record<TraceCommand, TraceViewName>> = {
  view1: "waterfall",
  view2: "tree",
  view3: "flame",
  view4: "table",
  view5: "map",
  view6: "logs",
};

function runOther(command: TraceCommand, parts: ActionParts, means: Means): boolean {
  const { model, sight, state, findField } = parts;
  const { durationNano, rows } = model.shape;
  const line = sight.place === -1 ? undefined : sight.lines.lines[sight.place];
  const row = line === undefined ? -1 : rowOfLine(parts, line);
  const anchor = anchorOf(sight.window, row === -1 ? undefined : (rows.startNano[row] ?? 0));
  const view = VIEW_OF[command];
  if (view !== undefined) {
    means.setView(view);
    return true;
  }
  switch (command) {
    case "open":
      if (line === undefined) return false;
      means.openLine(line);
      return true;
    case "back":
      return goBack(state);
    case "find":
      findField.current?.focus();
      findField.current?.select();
      return true;
    case "copyLink":
    case "copyId":
    case "copyCommand":
    case "copyMarkdown":
    case "copyOtlp":
    case "copySvg":
      parts.copy(command, row);
      return true;
    case "repeats":
      state.change((before) => ({ ...before, r: before.r === "0" ? undefined : "0" }));
      return true;
    case "zoomIn":
      means.zoom({ factor: ZOOM_STEP, anchor });
      return true;
    case "zoomOut":
      means.zoom({ factor: 1 / ZOOM_STEP, anchor });
      return true;
    case "panLeft":
    case "panRight":
      means.setWindow(
        panned(sight.window, command === "panLeft" ? -PAN_STEP : PAN_STEP, durationNano),
      );
      return true;
    case "zoomReset":
      means.setWindow(undefined);
      return true;
    case "zoomSpan":
    case "zoomSubtree":
      if (row === -1) return false;
      means.setWindow(windowAround(extentOf(model, row, command), durationNano));
      return true;
    case "hideKind":
    case "hideOutside":
      if (row === -1) return false;
      hide(command, row, parts);
      return true;
    default:
      return false;
  }
}

/** Where zooming stays put: the start of the selected span while that is in sight. */
function anchorOf({ fromNano, toNano }: TimeWindow, atNano: number | undefined): number {
  if (atNano === undefined || atNano < fromNano || atNano > toNano) return 0.5;
  return (atNano - fromNano) / (toNano - fromNano);
}

function extentOf(
  { shape: { rows } }: TraceModel,
  row: number,
  command: "zoomSpan" | "zoomSubtree",
): { readonly startNano: number; readonly endNano: number } {
  let startNano = rows.startNano[row] ?? 0;
  let endNano = rows.endNano[row] ?? 0;
  const last = command === "zoomSpan" ? row + 1 : (rows.endRow[row] ?? 0);
  for (let below = row; below < last; below += 1) {
    startNano = Math.min(startNano, rows.startNano[below] ?? 0);
    endNano = Math.max(endNano, rows.endNano[below] ?? 0);
  }
  return { startNano, endNano };
}

function hide(
  command: "hideKind" | "hideOutside",
  row: number,
  { model: { shape }, state }: ActionParts,
): void {
  const { skeleton } = shape;
  if (command === "hideOutside") {
    const key = keyOfRow(shape, row);
    state.change((before) => ({ ...before, o: before.o === key ? undefined : key }));
    return;
  }
  const service = skeleton.services[skeleton.service[row] ?? -1] ?? "";
  const name = skeleton.names[skeleton.name[row] ?? -1] ?? "";
  state.change((before) => ({
    ...before,
    x: hiddenText([...parseHidden(before.x ?? ""), { service, name }]),
  }));
}

/** What was opened last is closed first: the detail, what is looked for, the zoom. */
function goBack({ search, change }: TraceSearchState): boolean {
  if (search.d !== undefined) change({ d: undefined });
  else if (search.f !== undefined) change({ f: undefined, m: undefined });
  else if (search.z !== undefined) change({ z: undefined });
  else return false;
  return true;
}
