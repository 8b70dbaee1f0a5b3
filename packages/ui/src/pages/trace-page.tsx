/*
 * One trace: the answer in words, the waterfall, and the detail of the selected span.
 */
import { fromTraceDocument, type Running, spanTitle, type TraceAnswer } from "@spoor/trace";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { problemOf } from "../data/api-client.ts";
import { useTrace } from "../data/queries.ts";
import { useElapsedMs } from "../design/use-elapsed-ms.ts";
import { revealed } from "../geometry/waterfall-rows.ts";
import { ProblemNotice } from "../views/problem-notice.tsx";
import { SpanDetail } from "../views/span-detail.tsx";
import { TraceHead } from "../views/trace-head.tsx";
import { grown, type TraceModel, traceModel } from "../views/trace-model.ts";
import type { WaterfallAction } from "../views/waterfall-keys.ts";
import { Waterfall } from "../views/waterfall.tsx";
import { gridOf, useTraceKeys } from "./trace-keys.ts";
import { useSelection } from "./use-selection.ts";
import "./trace-page.css";

const route = getRouteApi("/t/$traceId");

/** `/t/<trace id, or its beginning>?s=<selected>&d=1`. */
export function TracePage() {
  const { traceId } = route.useParams();
  const { data, dataUpdatedAt, error, isFetching, refetch } = useTrace(traceId);
  useEffect(() => {
    document.title = `${traceId.slice(0, 8)} · Spoor`;
  }, [traceId]);
  if (data !== undefined) return <LoadedTrace key={traceId} answer={data} nowMs={dataUpdatedAt} />;
  if (error === null) return <p className="trace-loading">Reading trace {traceId} …</p>;
  const problem = problemOf(error);
  return (
    <ProblemNotice problem={problem} onRetry={() => void refetch()}>
      {problem.traceIds !== undefined && (
        <ul className="trace-candidates">
          {problem.traceIds.map((id) => (
            <li key={id}>
              <Link to="/t/$traceId" params={{ traceId: id }} className="code">
                {id}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {problem.status === 404 && (
        <p>
          This page shows it as soon as it arrives. <Link to="/">See the recent traces</Link>
        </p>
      )}
      {isFetching && <output>Asking again …</output>}
    </ProblemNotice>
  );
}

interface LoadedTraceProps {
  readonly answer: TraceAnswer;
  readonly nowMs: number;
}

function LoadedTrace({ answer, nowMs }: LoadedTraceProps) {
  const trace = useMemo(() => fromTraceDocument(answer.trace), [answer.trace]);
  const elapsedMs = useElapsedMs(answer, canGrow(answer));
  const model = useMemo(
    () => traceModel(trace, runningOf(answer, elapsedMs)),
    [trace, answer, elapsedMs],
  );
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const { selection, select } = useSelection();
  const body = useRef<HTMLDivElement>(null);
  const row = selection.s === undefined ? undefined : model.rowOfKey.get(selection.s);
  // A selection that came with the address may lie in a folded part.
  const shownCollapsed = row === undefined ? collapsed : revealed(model.rows, collapsed, row);
  const focusGrid = useCallback(() => gridOf(body.current)?.focus({ preventScroll: true }), []);
  const act = (action: WaterfallAction): void => {
    if (action.kind === "close") {
      select((before) => ({ ...before, d: undefined }));
      return;
    }
    const { key } = action.row;
    select((before) => ({ s: key, d: action.kind === "open" ? "1" : before.d }));
    // Folding hides what is below, so the selection goes to what is left of it.
    if (action.kind === "fold") setCollapsed(shownCollapsed.symmetricDifference(new Set([key])));
  };
  useTraceKeys(body, { act, focusGrid });
  useTitle(model);
  const isDetailOpen = selection.d === "1" && row?.kind === "span";
  return (
    <>
      <TraceHead
        model={model}
        coverage={answer}
        nowMs={nowMs}
        onSelect={(node) => {
          const target = model.rowOfNode.get(node);
          if (target !== undefined) act({ kind: "open", row: target });
          focusGrid();
        }}
      />
      <div ref={body} className={isDetailOpen ? "trace-body has-detail" : "trace-body"}>
        <Waterfall
          model={model}
          collapsed={shownCollapsed}
          selectedKey={selection.s ?? ""}
          onAction={act}
        />
        {isDetailOpen && (
          <SpanDetail
            model={model}
            node={row.node}
            onClose={() => {
              act({ kind: "close" });
              focusGrid();
            }}
          />
        )}
      </div>
    </>
  );
}

/** A trace of more spans is drawn anew only when the server told of it. */
const GROWING_SPANS_MAX = 2000;

function canGrow({ trace, open }: TraceAnswer): boolean {
  return open.some(({ state }) => state === "open") && trace.spans.length < GROWING_SPANS_MAX;
}

function runningOf({ open, nowUnixNano }: TraceAnswer, elapsedMs: number): Running {
  return grown({ open, nowUnixNano: BigInt(nowUnixNano) }, elapsedMs);
}

function useTitle(model: TraceModel): void {
  useEffect(() => {
    const [root] = model.tree.roots;
    if (root !== undefined) document.title = `${spanTitle(root.span)} · Spoor`;
  }, [model]);
}
