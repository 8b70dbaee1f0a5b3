/*
 * What Explore shows below the heat map: traces, spans, groups, structure, map. Only what is open
 * is asked for.
 */
import type { TraceAnswer } from "@spoor/trace";
import { type KeyboardEvent, useEffect, useRef } from "react";
import {
  EXPLORE_TABS,
  type ExploreSearch,
  type ExploreTab,
  GROUP_DEFAULT,
} from "../address/explore-search.ts";
import {
  groupsQuestion,
  keysQuestion,
  mapQuestion,
  type QueryInTime,
  searchQuestion,
  traceQuestion,
  useAnswer,
  useAnswers,
} from "../data/ask.ts";
import { problemOf } from "../data/api-client.ts";
import { quoted } from "../data/query-text.ts";
import { isTyping } from "../design/is-typing.ts";
import { FoundSpans } from "../views/found-spans.tsx";
import { FoundTraces } from "../views/found-traces.tsx";
import { CoverageNote } from "../views/coverage-note.tsx";
import { GroupTable } from "../views/group-table.tsx";
import { ServiceMap } from "../views/service-map.tsx";
import { Structure } from "../views/structure.tsx";
import { moveFocus } from "../views/trace-table.tsx";
import type { ExploreActions } from "./explore-page.tsx";

/** What {@link ExploreTabs} takes. */
export interface ExploreTabsProps {
  readonly search: ExploreSearch;
  /** In TraceQL. */
  readonly asked: QueryInTime;
  readonly actions: ExploreActions;
  readonly nowMs: number;
}

const TITLES: Readonly<Record<ExploreTab, string>> = {
  traces: "Traces",
  spans: "Spans",
  groups: "Groups",
  structure: "Structure",
  map: "Map",
};

const TRACES_LISTED = 100;
const SPANS_OF_TRACE = 20;
/** Each is read whole. */
const TRACES_MERGED = 20;
const GROUPS_LISTED = 200;
const FIELDS_LISTED = 200;

/** The tabs and what is open of them. */
export function ExploreTabs(props: ExploreTabsProps) {
  const open = props.search.tab ?? "traces";
  const pane = useRef<HTMLDivElement>(null);
  const choose = (tab: ExploreTab): void =>
    props.actions.change({ tab: tab === "traces" ? undefined : tab });
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = (EXPLORE_TABS.indexOf(open) + step + EXPLORE_TABS.length) % EXPLORE_TABS.length;
    const next = EXPLORE_TABS[at] ?? "traces";
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  useRowKeys(pane);
  return (
    <div className="explore-tabs">
      <div role="tablist" aria-label="Results" tabIndex={-1} onKeyDown={onKey}>
        {EXPLORE_TABS.map((tab) => (
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
  return <FoundPane {...props} isSpans={open === "spans"} />;
}

function useFound({ search, asked }: ExploreTabsProps) {
  const sort = search.sort ?? "recent";
  return useAnswer(searchQuestion({ ...asked, sort, limit: TRACES_LISTED, spans: SPANS_OF_TRACE }));
}

function FoundPane(props: ExploreTabsProps & { readonly isSpans: boolean }) {
  const found = useFound(props);
  const { search, actions, nowMs, isSpans } = props;
  if (found.error !== null) return <Failed error={found.error} />;
  if (found.data === undefined) return <p className="explore-wait">Asking…</p>;
  return (
    <>
      <div className="explore-sort">
        <button
          type="button"
          className="button"
          aria-pressed={search.sort === "duration"}
          onClick={() =>
            actions.change({ sort: search.sort === "duration" ? undefined : "duration" })
          }
        >
          Slowest first
        </button>
        <CoverageNote coverage={found.data} />
      </div>
      {isSpans ? (
        <FoundSpans traces={found.data.traces} />
      ) : (
        <FoundTraces traces={found.data.traces} nowMs={nowMs} />
      )}
    </>
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
  const traces = found.data?.traces ?? [];
  const answers = useAnswers<TraceAnswer>(
    traces.slice(0, TRACES_MERGED).map(({ traceId }) => traceQuestion(traceId)),
  );
  if (found.error !== null) return <Failed error={found.error} />;
  const documents = answers.flatMap(({ data }) => (data === undefined ? [] : [data.trace]));
  if (documents.length < answers.length || found.data === undefined) {
    return <p className="explore-wait">Reading traces…</p>;
  }
  return <Structure documents={documents} moreCount={traces.length - documents.length} />;
}

/** The calls of the whole system in that time; the query is about spans and not about calls. */
function MapPane({ asked, actions }: ExploreTabsProps) {
  const map = useAnswer(mapQuestion(asked.from, asked.to));
  if (map.error !== null) return <Failed error={map.error} />;
  if (map.data === undefined) return <p className="explore-wait">Asking…</p>;
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

/** Up, down, j and k go through the rows wherever the focus is, except where they are text. */
function useRowKeys(pane: React.RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (pane.current === null || isTyping(event.target) || event.defaultPrevented) return;
      if (moveFocus(pane.current, event)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [pane]);
}
