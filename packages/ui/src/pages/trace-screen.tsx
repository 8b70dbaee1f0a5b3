/*
 * One trace: the answer in words, its pictures over one selection and one crosshair, and the detail
 * of the selected span. Wherever the trace came from.
 */
import { type Coverage, skeletonSpanId } from "@spoor/trace";
import {
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { hiddenText, parseHidden } from "../geometry/row-filter.ts";
import { attributeFind } from "../geometry/row-find.ts";
import { isWhole } from "../geometry/time-window.ts";
import { CopyMenu } from "./copy-menu.tsx";
import { Flame } from "../views/flame.tsx";
import { Minimap } from "../views/minimap.tsx";
import { SpanTable } from "../views/span-table.tsx";
import { SpanDetail } from "../views/span-detail.tsx";
import { TraceLogs } from "../views/trace-logs.tsx";
import { logMarks, logMoments } from "../views/trace-moments.ts";
import { useTraceLogs } from "../data/trace-queries.ts";
import { TraceHead } from "../views/trace-head.tsx";
import { KEY_HELP } from "../views/trace-keys.ts";
import { spanOfRow, titleOfRow, type TraceModel } from "../views/trace-model.ts";
import { type TraceSight, useTraceSight } from "../views/trace-sight.ts";
import { TraceTools } from "../views/trace-tools.tsx";
import { Waterfall } from "../views/waterfall.tsx";
import { useKeySections, useOpenHelp } from "./page-help.tsx";
import { useCrosshair } from "./use-crosshair.ts";
import { gridOf, useTraceKeys } from "./use-trace-keys.ts";
import { type TraceActions, useTraceActions } from "./use-trace-actions.ts";
import { useCopies } from "./use-copies.ts";
import type { TraceSearchState } from "./use-trace-search.ts";
import "./trace-page.css";

/** What {@link TraceScreen} takes. */
export interface TraceScreenProps {
  readonly model: TraceModel;
  readonly coverage: Coverage;
  readonly nowMs: number;
  readonly state: TraceSearchState;
}

/** Everything about one trace. */
export function TraceScreen(props: TraceScreenProps) {
  const { model, coverage, nowMs, state } = props;
  const { search, change } = state;
  const body = useRef<HTMLDivElement>(null);
  const findField = useRef<HTMLInputElement>(null);
  const { sight, setFolds } = useTraceSight(model, search);
  const [pageRows, setPageRows] = useState(20);
  const focusView = useCallback(() => gridOf(body.current)?.focus({ preventScroll: true }), []);
  const { copy, told } = useCopies(model, sight);
  const parts = { model, sight, state, setFolds, pageRows, findField, copy };
  const actions = useTraceActions(parts);
  useTraceKeys(body, actions.run, focusView);
  useTitle(model);
  useKeySections(KEY_HELP);
  const { durationNano } = model.shape;
  const hidden = useMemo(() => parseHidden(search.x ?? ""), [search.x]);
  return (
    <>
      <TraceHead
        model={model}
        coverage={coverage}
        nowMs={nowMs}
        onSelect={(target) => {
          actions.selectRow(target, true);
          focusView();
        }}
      />
      <TraceTools
        model={model}
        sight={sight}
        view={search.v ?? "waterfall"}
        typed={search.f ?? ""}
        isHiding={search.m === "1"}
        hidden={hidden}
        isBelowOnly={search.o !== undefined}
        isZoomed={!isWhole(sight.window, durationNano)}
        findField={findField}
        onView={actions.setView}
        onFind={(typed) => change({ f: typed === "" ? undefined : typed })}
        onHiding={(isHiding) => change({ m: isHiding ? "1" : undefined })}
        onMatch={actions.run}
        onShow={(kind) => {
          const rest = hidden.filter((other) => other !== kind);
          change({ x: rest.length === 0 ? undefined : hiddenText(rest) });
        }}
        onShowAll={() => change({ o: undefined })}
        onWholeTime={() => change({ z: undefined })}
        onLeave={focusView}
      >
        <CopyMenu told={told} onCopy={(what) => copy(what, selectedRow(sight))} />
        <KeysButton />
      </TraceTools>
      <Minimap model={model} window={sight.window} onWindow={actions.setWindow} />
      <TraceBody {...props} {...{ body, sight, actions, focusView, onPageRows: setPageRows }} />
    </>
  );
}

function selectedRow({ selected }: TraceSight): number {
  return selected?.kind === "span" ? selected.row : -1;
}

function KeysButton() {
  const openHelp = useOpenHelp();
  return (
    <button type="button" className="button button-quiet" title="All keys (?)" onClick={openHelp}>
      <kbd aria-hidden="true">?</kbd> keys
    </button>
  );
}

interface TraceBodyProps extends TraceScreenProps {
  readonly body: RefObject<HTMLDivElement | null>;
  readonly sight: TraceSight;
  readonly actions: TraceActions;
  readonly focusView: () => void;
  readonly onPageRows: (rows: number) => void;
}

/** The picture, and beside it the detail of the selected span. */
function TraceBody(props: TraceBodyProps) {
  const { model, state, body, sight, actions, focusView, onPageRows } = props;
  const { search, change } = state;
  const { durationNano } = model.shape;
  const { point, moveTo } = useCrosshair(body, { window: sight.window, durationNano });
  const view = search.v ?? "waterfall";
  const { records, logs, logsOf } = useLogs(model);
  const row = selectedRow(sight);
  const isDetailOpen = search.d === "1" && row !== -1;
  return (
    <div
      ref={body}
      id="trace-view"
      role="tabpanel"
      aria-labelledby={`view-${view}`}
      className={isDetailOpen ? "trace-body has-detail" : "trace-body"}
    >
      {view === "flame" && (
        <Flame
          model={model}
          window={sight.window}
          selectedRow={row}
          onSelect={(target) => actions.selectRow(target, true)}
          onPoint={point}
        />
      )}
      {view === "table" && (
        <SpanTable
          model={model}
          sight={sight}
          onSelect={(target) => actions.selectRow(target, true)}
        />
      )}
      {view === "logs" && (
        <TraceLogs
          model={model}
          logs={logs}
          coverage={records}
          selectedRow={row}
          onSelect={(target) => actions.selectRow(target, true)}
          onPoint={moveTo}
        />
      )}
      {(view === "waterfall" || view === "tree") && (
        <Waterfall
          model={model}
          sight={sight}
          hasBars={view !== "tree"}
          logsOf={logsOf}
          onOpen={actions.openLine}
          onFold={actions.foldLine}
          onPageRows={onPageRows}
          onPoint={point}
          onZoom={actions.zoom}
        />
      )}
      {isDetailOpen && (
        <Detail
          model={model}
          row={row}
          onFind={(key, value) => change({ f: attributeFind(key, value) })}
          onClose={() => {
            change({ d: undefined });
            focusView();
          }}
        />
      )}
    </div>
  );
}

/** The log records of the trace, by time and by row; none while they are on their way. */
function useLogs(model: TraceModel) {
  const { data: records } = useTraceLogs(model.shape.skeleton.traceId);
  const logs = useMemo(
    () => (records === undefined ? [] : logMoments(model, records)),
    [model, records],
  );
  const logsOf = useMemo(() => logMarks(logs), [logs]);
  return { records, logs, logsOf };
}

/** What the span says, as soon as it is here. */
function Detail(props: {
  readonly model: TraceModel;
  readonly row: number;
  readonly onFind: (key: string, value: string) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { model, row } = props;
  const { spans, shape } = model;
  const span = spanOfRow(model, row);
  useEffect(() => {
    spans.want("selection", [skeletonSpanId(shape.skeleton, row)]);
    return () => spans.want("selection", []);
  }, [spans, shape, row]);
  if (span !== undefined) return <SpanDetail {...props} span={span} key={row} />;
  return (
    <aside className="detail" aria-label="Span detail">
      <p className="trace-loading">Reading what this span says …</p>
    </aside>
  );
}

function useTitle(model: TraceModel): void {
  const title = model.shape.rows.rowCount === 0 ? "" : titleOfRow(model, 0);
  useEffect(() => {
    if (title !== "") document.title = `${title.slice(0, 120)} · Spoor`;
  }, [title]);
}
