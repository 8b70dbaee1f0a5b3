/*
 * One trace: the answer in words, its pictures over one selection and one crosshair, and the detail
 * of the selected span. Wherever the trace came from.
 */
import { type Coverage, skeletonSpanId } from "@spoor/trace";
import {
  type ReactNode,
  type RefObject,
  useCallback,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { lazyRouteComponent } from "@tanstack/react-router";
import { hiddenText, parseHidden } from "../geometry/row-filter.ts";
import { attributeFind } from "../geometry/row-find.ts";
import { isWhole } from "../geometry/time-window.ts";
import { CopyMenu } from "./copy-menu.tsx";
import { Minimap } from "../views/minimap.tsx";
import { logMarks, logMoments } from "../views/trace-moments.ts";
import { useTraceLogs } from "../data/trace-queries.ts";
import { TraceHead } from "../views/trace-head.tsx";
import { KEY_HELP } from "../views/trace-keys.ts";
import { spanOfRow, titleOfRow, type TraceModel } from "../views/trace-model.ts";
import { type TraceSight, useTraceSight } from "../views/trace-sight.ts";
import { TraceTools } from "../views/trace-tools.tsx";
import { gridOf, useTraceKeys } from "../views/use-trace-keys.ts";
import { Waterfall } from "../views/waterfall.tsx";
import { useKeySections, useOpenHelp } from "./page-help.tsx";
import { useCrosshair } from "./use-crosshair.ts";
import { type TraceActions, useTraceActions } from "./use-trace-actions.ts";
import { useCopies } from "./use-copies.ts";
import type { TraceSearchState } from "./use-trace-search.ts";
import "./trace-page.css";

// The waterfall is what people come for. The other pictures are read when they are asked for, and
// the detail of a span once the waterfall stands.
const LostParentDetail = lazyRouteComponent(
  () => import("../views/lost-parent-detail.tsx"),
  "LostParentDetail",
);
const SpanDetail = lazyRouteComponent(() => import("../views/span-detail.tsx"), "SpanDetail");
const Flame = lazyRouteComponent(() => import("../views/flame.tsx"), "Flame");
const SpanTable = lazyRouteComponent(() => import("../views/span-table.tsx"), "SpanTable");
const TraceLogs = lazyRouteComponent(() => import("../views/trace-logs.tsx"), "TraceLogs");
const TraceServiceMap = lazyRouteComponent(
  () => import("../views/trace-map.tsx"),
  "TraceServiceMap",
);

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
        isCorrected={search.k === "1"}
        findField={findField}
        onView={actions.setView}
        onFind={(typed) => change({ f: typed === "" ? undefined : typed })}
        onHiding={(isHiding) => change({ m: isHiding ? "1" : undefined })}
        onMatch={actions.run}
        onShow={(kind) => {
          const rest = hidden.filter((other) => other !== kind);
          change({ x: rest.length === 0 ? undefined : hiddenText(rest) });
        }}
        onHide={(kind) => change({ x: hiddenText([...hidden, kind]) })}
        onShowAll={() => change({ o: undefined })}
        onCorrected={(isCorrected) => change({ k: isCorrected ? "1" : undefined, z: undefined })}
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
  const { model, state, body, sight, focusView } = props;
  const { search, change } = state;
  const row = selectedRow(sight);
  const lost = sight.selected?.lost ?? -1;
  const isDetailOpen = search.d === "1" && (row !== -1 || lost !== -1);
  const close = (): void => {
    change({ d: undefined });
    focusView();
  };
  useEffect(() => {
    void SpanDetail.preload?.();
  }, []);
  return (
    <div
      ref={body}
      id="trace-view"
      role="tabpanel"
      aria-labelledby={`view-${search.v ?? "waterfall"}`}
      className={isDetailOpen ? "trace-body has-detail" : "trace-body"}
    >
      <Suspense fallback={<p className="trace-loading">Reading the picture …</p>}>
        <View {...props} />
      </Suspense>
      {isDetailOpen && row !== -1 && (
        <Detail
          model={model}
          row={row}
          nowMs={props.nowMs}
          onFind={(key, value) => change({ f: attributeFind(key, value) })}
          onClose={close}
        />
      )}
      {isDetailOpen && row === -1 && (
        <Suspense fallback={null}>
          <LostParentDetail
            model={model}
            lost={lost}
            onSelect={(child) => props.actions.selectRow(child, true)}
            onClose={close}
          />
        </Suspense>
      )}
    </div>
  );
}

/** The picture that the reader chose. */
function View({ model, state, body, sight, actions, onPageRows }: TraceBodyProps): ReactNode {
  const { search, change } = state;
  const { durationNano } = model.shape;
  const { point, moveTo } = useCrosshair(body, { window: sight.window, durationNano });
  const { records, logs, logsOf } = useLogs(model);
  const onSelect = (row: number): void => actions.selectRow(row, true);
  const view = search.v ?? "waterfall";
  switch (view) {
    case "flame":
      return (
        <Flame
          model={model}
          window={sight.window}
          selectedRow={selectedRow(sight)}
          isMerged={search.g === "1"}
          onMerged={(isMerged) => change({ g: isMerged ? "1" : undefined })}
          onSelect={onSelect}
          onPoint={point}
        />
      );
    case "table":
      return <SpanTable model={model} sight={sight} onSelect={onSelect} />;
    case "map":
      return <TraceServiceMap model={model} onSelect={onSelect} />;
    case "logs":
      return (
        <TraceLogs
          model={model}
          logs={logs}
          coverage={records}
          selectedRow={selectedRow(sight)}
          onSelect={onSelect}
          onPoint={moveTo}
        />
      );
    case "waterfall":
    case "tree":
      return (
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
      );
  }
}

/** The log records of the trace, by time and by row; none while they are on their way. */
function useLogs(model: TraceModel) {
  const { data: records } = useTraceLogs(model.shape.skeleton.traceId, model.isStored);
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
  readonly nowMs: number;
  readonly onFind: (key: string, value: string) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { model, row } = props;
  const { spans, shape } = model;
  // The same object until another span comes in its place.
  const span = useSyncExternalStore(spans.subscribe, () => spanOfRow(model, row));
  useEffect(() => {
    spans.want("selection", [skeletonSpanId(shape.skeleton, row)]);
    return () => spans.want("selection", []);
  }, [spans, shape, row]);
  const reading = (
    <aside className="detail" aria-label="Span detail">
      <p className="trace-loading">Reading what this span says …</p>
    </aside>
  );
  if (span === undefined) return reading;
  return (
    <Suspense fallback={reading}>
      <SpanDetail {...props} span={span} key={row} />
    </Suspense>
  );
}

function useTitle(model: TraceModel): void {
  const { shape, spans } = model;
  const title = useSyncExternalStore(spans.subscribe, () =>
    shape.rows.rowCount === 0 ? "" : titleOfRow(model, 0),
  );
  useEffect(() => {
    if (title !== "") document.title = `${title.slice(0, 120)} · Spoor`;
  }, [title]);
}
