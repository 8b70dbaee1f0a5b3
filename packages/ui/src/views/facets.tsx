/*
 * The values of the fields that people ask for first, counted within the query. A click filters in,
 * Alt-click or the sign beside it filters out. A field that is closed is not asked for.
 */
import type { SpanGroupDocument } from "@spoor/trace";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { groupsQuestion, type QueryInTime, useAnswer } from "../data/ask.ts";
import { problemOf } from "../data/api-client.ts";
import { stateValues, statesQuestion } from "../data/open-states.ts";
import "./facets.css";

/** What {@link Facets} takes. */
export interface FacetsProps {
  readonly asked: QueryInTime;
  /** The same in TraceQL; undefined until the server has said it. */
  readonly traceql: string | undefined;
  /** Whether it can be counted by values is not known yet. */
  readonly isUnsure: boolean;
  /** The query is about what has not ended, of which only the state is counted. */
  readonly isOfPresent: boolean;
  readonly pins: readonly string[];
  readonly onPins: (pins: readonly string[]) => void;
  readonly onFilter: (condition: string, isOut: boolean) => void;
}

const FACETS: readonly (readonly [field: string, title: string, isOpen: boolean])[] = [
  ["resource.service.name", "Service", true],
  ["name", "Span name", true],
  ["status", "Status", true],
  ["kind", "Kind", false],
  ["span.http.response.status_code", "HTTP status", false],
  ["span.db.system.name", "Database", false],
  ["resource.service.version", "Version", false],
  ["resource.host.name", "Host", false],
];

const VALUES_SHOWN = 6;
const VALUES_ASKED = 50;

/** The facets at the left of Explore. */
export function Facets(props: FacetsProps) {
  const { traceql, isOfPresent, isUnsure, pins, onPins, onFilter } = props;
  const asked = isUnsure ? undefined : props.asked;
  const [isShown, setShown] = useState(false);
  const pin = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const field = new FormData(event.currentTarget).get("field");
    event.currentTarget.reset();
    if (typeof field !== "string" || field.trim() === "") return;
    onPins([...new Set([...pins, field.trim()])]);
  };
  return (
    <aside className={isShown ? "facets is-shown" : "facets"} aria-label="Filter by value">
      <button
        type="button"
        className="button facets-toggle"
        aria-expanded={isShown}
        aria-controls="facet-list"
        onClick={() => setShown(!isShown)}
      >
        <span aria-hidden="true">{isShown ? "▾" : "▸"}</span> Filter by value
      </button>
      <div id="facet-list" className="facet-list">
        {!isOfPresent &&
          pins.map((field) => (
            <Facet
              key={field}
              field={field}
              title={field}
              isOpenFirst
              asked={asked}
              onFilter={onFilter}
              onUnpin={() => onPins(pins.filter((one) => one !== field))}
            />
          ))}
        <StateFacet {...props} asked={{ ...props.asked, q: traceql ?? "" }} />
        {isOfPresent ? (
          <p className="facet-note">Other values are counted of spans that have ended.</p>
        ) : (
          FACETS.map(([field, title, isOpenFirst]) => (
            <Facet
              key={field}
              field={field}
              title={title}
              isOpenFirst={isOpenFirst}
              asked={asked}
              onFilter={onFilter}
            />
          ))
        )}
        <form className="facet-pin" onSubmit={pin}>
          <input
            className="field code"
            name="field"
            aria-label="Pin a field, as TraceQL names it"
            placeholder="pin span.user.tier"
            autoComplete="off"
            spellCheck={false}
          />
        </form>
      </div>
    </aside>
  );
}

/** What is open hangs now: counted again so often. */
const STATES_AGAIN_MS = 15_000;

/** Spans that have not ended, of which no store knows and so no group. */
function StateFacet({ asked, traceql, onFilter }: FacetsProps) {
  const [isOpen, setOpen] = useState(true);
  const question = isOpen && traceql !== undefined ? statesQuestion(asked) : undefined;
  const answer = useAnswer(question, { everyMs: STATES_AGAIN_MS });
  const groups = answer.data === undefined ? undefined : stateValues(answer.data);
  return (
    <FacetFrame title="State" field="span:state" isOpen={isOpen} onOpen={setOpen}>
      {groups?.length === 0 && <p className="facet-note">Nothing is open.</p>}
      <FacetValues groups={groups ?? []} onFilter={onFilter} />
      <FacetProblem error={answer.error} />
    </FacetFrame>
  );
}

interface FacetProps {
  readonly field: string;
  readonly title: string;
  readonly isOpenFirst: boolean;
  readonly asked: QueryInTime | undefined;
  readonly onFilter: FacetsProps["onFilter"];
  readonly onUnpin?: () => void;
}

function Facet({ field, title, isOpenFirst, asked, onFilter, onUnpin }: FacetProps) {
  const [isOpen, setOpen] = useState(isOpenFirst);
  const [isWhole, setWhole] = useState(false);
  const answer = useAnswer(
    isOpen && asked !== undefined ? groupsQuestion(asked, field, VALUES_ASKED) : undefined,
  );
  const groups = answer.data?.groups ?? [];
  return (
    <FacetFrame title={title} field={field} isOpen={isOpen} onOpen={setOpen} onUnpin={onUnpin}>
      <FacetValues
        groups={groups.slice(0, isWhole ? VALUES_ASKED : VALUES_SHOWN)}
        onFilter={onFilter}
      />
      {groups.length > VALUES_SHOWN && (
        <button
          type="button"
          className="plain-button facet-more"
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? "fewer" : `${groups.length - VALUES_SHOWN} more`}
        </button>
      )}
      {answer.data?.capped && isWhole && (
        <p className="facet-note">Only the {answer.data.capped.limit} most frequent are listed.</p>
      )}
      <FacetProblem error={answer.error} />
    </FacetFrame>
  );
}

/** A field with its name, which folds what is in it. */
function FacetFrame(props: {
  readonly title: string;
  readonly field: string;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly onUnpin?: (() => void) | undefined;
  readonly children: ReactNode;
}) {
  const { title, field, isOpen, onOpen, onUnpin, children } = props;
  return (
    <section className="facet">
      <h2>
        <button
          type="button"
          className="plain-button"
          aria-expanded={isOpen}
          onClick={() => onOpen(!isOpen)}
          title={field}
        >
          <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span> {title}
        </button>
        {onUnpin !== undefined && (
          <button
            type="button"
            className="plain-button"
            aria-label={`Unpin ${field}`}
            onClick={onUnpin}
          >
            ✕
          </button>
        )}
      </h2>
      {isOpen && children}
    </section>
  );
}

function FacetProblem({ error }: { readonly error: Error | null }) {
  return error === null ? null : <p className="facet-note">{problemOf(error).detail}</p>;
}

function FacetValues(props: {
  readonly groups: readonly FacetValueProps["group"][];
  readonly onFilter: FacetsProps["onFilter"];
}) {
  const { groups, onFilter } = props;
  const most = groups[0]?.spanCount ?? 1;
  return (
    <ul>
      {groups.map((group) => (
        <FacetValue
          key={`${group.value.type} ${group.value.text}`}
          group={group}
          share={group.spanCount / most}
          onFilter={onFilter}
        />
      ))}
    </ul>
  );
}

interface FacetValueProps {
  readonly group: Pick<SpanGroupDocument, "value" | "condition" | "spanCount" | "errorCount">;
  /** Of the most frequent value. */
  readonly share: number;
  readonly onFilter: FacetsProps["onFilter"];
}

function FacetValue({ group, share, onFilter }: FacetValueProps) {
  const { value, condition, spanCount, errorCount } = group;
  const text = value.type === "nil" ? "(none)" : value.text;
  return (
    <li>
      <button
        type="button"
        className="plain-button facet-value"
        disabled={condition === null}
        title={condition === null ? text : `${condition}  (Alt: without)`}
        onClick={(event) => condition !== null && onFilter(condition, event.altKey)}
      >
        <span className="facet-bar" style={{ width: `${share * 100}%` }} />
        <span className="facet-text">{text}</span>
        {errorCount > 0 && (
          <span className="facet-errors" title={`${errorCount.toLocaleString("en")} with an error`}>
            ✕
          </span>
        )}
        <span className="facet-count">{spanCount.toLocaleString("en")}</span>
      </button>
      {condition !== null && (
        <button
          type="button"
          className="plain-button facet-out"
          aria-label={`Without ${text}`}
          title="Without"
          onClick={() => onFilter(condition, true)}
        >
          −
        </button>
      )}
    </li>
  );
}
