/*
 * Now: what hangs and who holds it up, and below it the recent traces, live.
 */
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { type HomeSearch, LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX } from "../address/search.ts";
import { problemOf, type TraceListQuery } from "../data/api-client.ts";
import { type LiveTraces, useInflight, useLiveTraces, useStatus } from "../data/queries.ts";
import { useStreamState } from "../data/stream-context.tsx";
import { countText } from "../design/time-text.ts";
import { Toggle } from "../design/toggle.tsx";
import { CoverageNote } from "../views/coverage-note.tsx";
import { FirstRun, Mistakes } from "../views/first-run.tsx";
import { FirstTrace } from "../views/first-trace.tsx";
import { HangingNow } from "../views/hanging-now.tsx";
import { NowChanges } from "../views/now-changes.tsx";
import { ProblemNotice } from "../views/problem-notice.tsx";
import { StatusLine } from "../views/status-line.tsx";
import { TraceList } from "../views/trace-list.tsx";
import { useRowKeys } from "./use-row-keys.ts";
import "./home-page.css";

const route = getRouteApi("/");

/** `/`. */
export function HomePage() {
  const search = route.useSearch();
  const sort = search.sort ?? "recent";
  const onlyErrors = search.errors === "true";
  const limit = search.n ?? LIST_LIMIT_DEFAULT;
  const query = useMemo<TraceListQuery>(
    () => ({ sort, onlyErrors, limit }),
    [sort, onlyErrors, limit],
  );
  useEffect(() => {
    document.title = "Now · Spoor";
  }, []);
  // A new query is a new list: nothing of the old one may stay.
  return <TracesPane key={`${sort} ${onlyErrors} ${limit}`} query={query} />;
}

function TracesPane({ query }: { readonly query: TraceListQuery }) {
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const isHeld = isPointed || isFocused;
  const live = useLiveTraces(query, isHeld);
  const status = useStatus();
  const now = useInflight();
  const { phase } = useStreamState();
  const { answer, list } = live;
  const pane = useRef<HTMLDivElement>(null);
  useRowKeys(pane);
  if (answer.data === undefined && answer.error !== null) {
    return (
      <ProblemNotice problem={problemOf(answer.error)} onRetry={() => void answer.refetch()} />
    );
  }
  if (answer.data === undefined) return null;
  const hasTraces = list.shown.length > 0 || list.waiting.length > 0;
  if (!hasTraces && !query.onlyErrors && (now.data?.requestCount ?? 0) === 0) {
    return <div className="home-scroll">{status.data && <FirstRun status={status.data} />}</div>;
  }
  return (
    <>
      {now.data !== undefined && <HangingNow answer={now.data} />}
      <NowChanges isLive={phase === "open"} />
      <ListHead query={query} live={live} isHeld={isHeld} />
      <div ref={pane} className="home-scroll">
        <FirstTrace traces={list.shown} isAll={!query.onlyErrors} />
        {list.shown.length > 0 ? (
          <div
            onPointerEnter={() => setPointed(true)}
            onPointerLeave={() => setPointed(false)}
            onFocus={() => setFocused(true)}
            onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
          >
            <TraceList traces={list.shown} nowMs={answer.dataUpdatedAt} />
          </div>
        ) : (
          <p className="home-none">
            {query.onlyErrors ? (
              <>
                No trace with an error here. <Link to="/">Show all traces</Link>
              </>
            ) : (
              "No trace has ended yet."
            )}
          </p>
        )}
        {status.data !== undefined && status.data.mistakes.length > 0 && (
          <div className="home-mistakes">
            <Mistakes mistakes={status.data.mistakes} />
          </div>
        )}
      </div>
      {status.data && <StatusLine status={status.data} />}
    </>
  );
}

function ListHead(props: {
  readonly query: TraceListQuery;
  readonly live: LiveTraces;
  readonly isHeld: boolean;
}) {
  const { query, live, isHeld } = props;
  const { list, answer } = live;
  const navigate = useNavigate({ from: "/" });
  const isByDuration = query.sort === "duration";
  return (
    <div className="home-head">
      <h1>
        {isByDuration ? "Slowest traces" : "Recent traces"}
        <span className="home-count">
          {countText(list.shown.length, query.onlyErrors ? "trace with errors" : "trace")}
        </span>
      </h1>
      <Toggle
        text="Slowest first"
        isOn={isByDuration}
        onChange={(isOn) =>
          void navigate({
            search: (before: HomeSearch) => ({ ...before, sort: isOn ? "duration" : undefined }),
          })
        }
      />
      <Toggle
        text="Only errors"
        isOn={query.onlyErrors}
        onChange={(isOn) =>
          void navigate({
            search: (before: HomeSearch) => ({ ...before, errors: isOn ? "true" : undefined }),
          })
        }
      />
      {list.waiting.length > 0 && (
        <button type="button" className="button home-newer" onClick={live.release}>
          {list.waiting.length.toLocaleString("en")} newer
        </button>
      )}
      {isHeld && list.waiting.length === 0 && <span className="home-held">paused</span>}
      <span className="home-coverage">
        {answer.data !== undefined && <CoverageNote coverage={answer.data} />}
        {answer.data?.capped && query.limit < LIST_LIMIT_MAX && (
          <Link to="/" search={(before) => ({ ...before, n: LIST_LIMIT_MAX })}>
            Show {LIST_LIMIT_MAX.toLocaleString("en")}
          </Link>
        )}
      </span>
    </div>
  );
}
