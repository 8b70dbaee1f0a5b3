/*
 * What Explore shows below the heat map: traces, spans, groups, structure, map, log lines. Only
 * what is open is asked for.
 */
import type { LogRecordsAnswer, TraceAnswer } from "@spoor/trace";
import { type KeyboardEvent, useRef } from "react";
import {
  EXPLORE_TABS,
  type ExploreSearch,
  type ExploreTab,
  GROUP_DEFAULT,
} from "../address/explore-search.ts";
import {
  groupsQuestion,
  keysQuestion,
  logSearchQuestion,
  logsQuestion,
  mapQuestion,
  type QueryInTime,
  traceQuestion,
  useAnswer,
  useAnswers,
} from "../data/ask.ts";
import { problemOf } from "../data/api-client.ts";
import { withStates } from "../data/open-states.ts";
import { quoted } from "../data/query-text.ts";
import { type FoundPages, useFoundPages } from "../data/search-pages.ts";
import { countText } from "../design/time-text.ts";
import { Toggle } from "../design/toggle.tsx";
import { Asking } from "../views/asking.tsx";
import { FoundLogs } from "../views/found-logs.tsx";
import { FoundSpans } from "../views/found-spans.tsx";
import { FoundTraces } from "../views/found-traces.tsx";
import { CoverageNote } from "../views/coverage-note.tsx";
import { GroupTable } from "../views/group-table.tsx";
import type { KeySection } from "../views/key-help.tsx";
import { ServiceMap } from "../views/service-map.tsx";
import { Structure } from "../views/structure.tsx";
import { PLACE_KEYS } from "../views/use-place-grid.tsx";
import type { ExploreActions } from "./explore-page.tsx";
import { LIST_KEYS, useKeySections } from "./page-help.tsx";
import { useRowKeys } from "./use-row-keys.ts";

/** What {@link ExploreTabs} takes. */
export interface ExploreTabsProps {
  readonly search: ExploreSearch;
  /** In TraceQL. */
  readonly asked: QueryInTime;
  readonly actions: ExploreActions;
  /** All spans that match, listed or not. */
  readonly spanCount: number;
  /** The query is about what has not ended, which is only found and not counted. */
  readonly isOfPresent: boolean;
  readonly nowMs: number;
}

/** What there is of a query about what has not ended. */
const PRESENT_TABS: readonly ExploreTab[] = ["traces", "spans"];

const TITLES: Readonly<Record<ExploreTab, string>> = {
  traces: "Traces",
  spans: "Spans",
  groups: "Groups",
  structure: "Structure",
  map: "Map",
  logs: "Log lines",
};

const KEYS: readonly KeySection[] = [
  LIST_KEYS,
  { ...PLACE_KEYS, title: "Structure" },
  {
    title: "Explore",
    lines: [["1 … 6", "traces, spans, groups, structure, map, log lines"]],
  },
];

const TRACES_LISTED = 100;
const SPANS_OF_TRACE = 20;
/** Each is read whole. */
const TRACES_MERGED = 20;
const GROUPS_LISTED = 200;
const LOGS_LISTED = 500;
const FIELDS_LISTED = 200;

/** The tabs and what is open of them. */
export function ExploreTabs(props: ExploreTabsProps) {
  const tabs = props.isOfPresent ? PRESENT_TABS : EXPLORE_TABS;
  const wanted = props.search.tab ?? "traces";
  const open = tabs.includes(wanted) ? wanted : "traces";
  const pane = useRef<HTMLDivElement>(null);
  const choose = (tab: ExploreTab): void =>
    props.actions.change({ tab: tab === "traces" ? undefined : tab });
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = (tabs.indexOf(open) + step + tabs.length) % tabs.length;
    const next = tabs[at] ?? "traces";
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  useRowKeys(pane, (digit) => {
    const tab = tabs[digit - 1];
    if (tab !== undefined) choose(tab);
  });
  useKeySections(KEYS);
  return (
    <div className="explore-tabs">
      <div role="tablist" aria-label="Results" tabIndex={-1} onKeyDown={onKey}>
        {tabs.map((tab) => (
          <button
            key={tab}
            id={`tab-${tab}`}
            type="button"
            role="tab"
            aria-selected={tab === open}
            aria-controls="explore-pane"
            tabIndex={tab === open ? 0 : -1}
            onClick={() => choose(tab)}
          >
            {TITLES[tab]}
          </button>
        ))}
      </div>
      <div ref={pane} id="explore-pane" role="tabpanel" aria-labelledby={`tab-${open}`}>
        <Pane open={open} {...props} />
      </div>
    </div>
  );
}

function Pane({ open, ...props }: ExploreTabsProps & { readonly open: ExploreTab }) {
  if (open === "groups") return <GroupsPane {...props} />;
  if (open === "structure") return <StructurePane {...props} />;
  if (open === "map") return <MapPane {...props} />;
  if (open === "logs") return <LogsPane {...props} />;
  return <FoundPane {...props} isSpans={open === "spans"} />;
}

function useFound({ search, asked, isOfPresent }: ExploreTabsProps): FoundPages {
  const sort = search.sort ?? "recent";
  const q = isOfPresent ? withStates(asked.q) : asked.q;
  return useFoundPages({ ...asked, q, sort, limit: TRACES_LISTED, spans: SPANS_OF_TRACE });
}

function FoundPane(props: ExploreTabsProps & { readonly isSpans: boolean }) {
  const found = useFound(props);
  const { search, actions, nowMs, isSpans } = props;
  if (found.traces === undefined && found.error !== null) return <Failed error={found.error} />;
  if (found.traces === undefined) return <Asking what="Asking for traces" />;
  return (
    <div className={found.isOld ? "is-old" : ""}>
      <div className="explore-sort">
        <Toggle
          text="Slowest first"
          isOn={search.sort === "duration"}
          onChange={(isOn) => actions.change({ sort: isOn ? "duration" : undefined })}
        />
        {found.lastPage !== undefined && <CoverageNote coverage={found.lastPage} />}
      </div>
      {found.traces.length === 0 && (
        <p className="explore-wait">Nothing that has not ended matches in this time.</p>
      )}
      {isSpans ? (
        <FoundSpans traces={found.traces} />
      ) : (
        <FoundTraces traces={found.traces} nowMs={nowMs} />
      )}
      <More {...props} found={found} />
    </div>
  );
}

/** How much of what matches is listed, and the ways to the rest. */
function More({ found, ...props }: ExploreTabsProps & { readonly found: FoundPages }) {
  const { search, actions, spanCount } = props;
  const groups = (found.traces ?? []).flatMap((trace) => trace.groups);
  const count = groups.reduce((sum, group) => sum + group.spanCount, 0);
  if (found.error !== null) return <Failed error={found.error} />;
  if (!found.hasMore) return null;
  return (
    <p className="explore-more">
      Showing {count.toLocaleString("en")} of {Math.max(count, spanCount).toLocaleString("en")}{" "}
      matching spans, {search.sort === "duration" ? "slowest" : "newest"} first.{" "}
      <button
        type="button"
        className="button"
        disabled={found.isReadingMore}
        onClick={found.readMore}
      >
        {found.isReadingMore ? "Loading…" : "Load more"}
      </button>{" "}
      <button type="button" className="button" onClick={() => actions.change({ tab: "groups" })}>
        Aggregate instead
      </button>
    </p>
  );
}

function GroupsPane({ search, asked, actions }: ExploreTabsProps) {
  const by = search.g ?? GROUP_DEFAULT;
  const answer = useAnswer(groupsQuestion(asked, by, GROUPS_LISTED));
  const keys = useAnswer(keysQuestion(asked.from, FIELDS_LISTED));
  const fields = ["name", "status", "kind", ...(keys.data?.keys ?? []).map(({ field }) => field)];
  return (
    <>
      <GroupTable
        answer={answer.error === null ? answer.data : undefined}
        by={by}
        fields={fields}
        onBy={(g) => actions.change({ g: g === "" ? undefined : g })}
        onFilter={actions.filter}
      />
      {answer.error !== null && <Failed error={answer.error} />}
    </>
  );
}

function StructurePane(props: ExploreTabsProps) {
  const found = useFound(props);
  const traces = found.traces ?? [];
  const answers = useAnswers<TraceAnswer>(
    traces.slice(0, TRACES_MERGED).map(({ traceId }) => traceQuestion(traceId)),
  );
  const failed = found.error ?? answers.find(({ error }) => error !== null)?.error;
  if (failed !== undefined && failed !== null) return <Failed error={failed} />;
  const documents = answers.flatMap(({ data }) => (data === undefined ? [] : [data.trace]));
  if (documents.length < answers.length || found.traces === undefined) {
    return <Asking what="Reading traces" />;
  }
  return <Structure documents={documents} moreCount={traces.length - documents.length} />;
}

/** With a query the records of the traces that it finds, without one all of the time. */
function LogsPane(props: ExploreTabsProps) {
  return /^[{}\s]*$/.test(props.asked.q) ? (
    <AllLogsPane {...props} />
  ) : (
    <FoundLogsPane {...props} />
  );
}

function AllLogsPane({ asked: { from, to } }: ExploreTabsProps) {
  const { data, error } = useAnswer(logSearchQuestion({ from, to, limit: LOGS_LISTED }));
  if (error !== null) return <Failed error={error} />;
  if (data === undefined) return <Asking what="Reading log records" />;
  const notRead = data.nextPage === null ? "" : "There are more, which are older.";
  return <FoundLogs answers={[data]} what="in this time" notRead={notRead} />;
}

function FoundLogsPane(props: ExploreTabsProps) {
  const found = useFound(props);
  const traces = found.traces ?? [];
  const answers = useAnswers<LogRecordsAnswer>(
    traces.slice(0, TRACES_MERGED).map(({ traceId }) => logsQuestion(traceId)),
  );
  const failed = found.error ?? answers.find(({ error }) => error !== null)?.error;
  if (failed !== undefined && failed !== null) return <Failed error={failed} />;
  const records = answers.flatMap(({ data }) => (data === undefined ? [] : [data]));
  if (records.length < answers.length || found.traces === undefined) {
    return <Asking what="Reading log records" />;
  }
  const moreCount = traces.length - records.length;
  const notRead = [
    moreCount > 0 ? `Those of ${countText(moreCount, "more trace")} were not read.` : "",
    records.every(({ complete }) => complete) ? "" : "Of some traces not all are here.",
  ];
  return (
    <FoundLogs
      answers={records}
      what={`of ${countText(records.length, "trace")}`}
      notRead={notRead.join(" ")}
    />
  );
}

/** The calls of the whole system in that time; the query is about spans and not about calls. */
function MapPane({ asked, actions }: ExploreTabsProps) {
  const map = useAnswer(mapQuestion(asked.from, asked.to));
  if (map.error !== null) return <Failed error={map.error} />;
  if (map.data === undefined) return <Asking what="Asking for calls" />;
  const { edges, pendingMinutes } = map.data;
  return (
    <>
      <p className="map-note">
        All calls in this time, whatever the query.{" "}
        {pendingMinutes > 0 && `The last ${pendingMinutes} min are not counted to their end yet. `}
        <CoverageNote coverage={map.data} />
      </p>
      {edges.length === 0 ? (
        <p className="explore-wait">No service has called another one in this time.</p>
      ) : (
        <ServiceMap
          edges={edges}
          onService={(service) =>
            actions.change({
              q: `{ resource.service.name = ${quoted(service)} }`,
              tab: undefined,
              box: undefined,
            })
          }
        />
      )}
    </>
  );
}

function Failed({ error }: { readonly error: unknown }) {
  const { title, detail, hint = "" } = problemOf(error);
  return (
    <p className="explore-failed" role="alert">
      <strong>{title}:</strong> {detail} {hint}
    </p>
  );
}
