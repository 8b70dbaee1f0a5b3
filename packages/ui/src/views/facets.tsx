/*
 * The values of the fields that people ask for first, counted within the query. A click filters in,
 * Alt-click or the sign beside it filters out. A field that is closed is not asked for.
 */
import type { SpanGroupDocument } from "@spoor/trace";
import { type SubmitEvent, useState } from "react";
import { groupsQuestion, type QueryInTime, useAnswer } from "../data/ask.ts";
import { problemOf } from "../data/api-client.ts";
import "./facets.css";

/** What {@link Facets} takes. */
export interface FacetsProps {
  readonly asked: QueryInTime;
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
export function Facets({ asked, pins, onPins, onFilter }: FacetsProps) {
  const pin = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const field = new FormData(event.currentTarget).get("field");
    event.currentTarget.reset();
    if (typeof field !== "string" || field.trim() === "") return;
    onPins([...new Set([...pins, field.trim()])]);
  };
  return (
    <aside className="facets" aria-label="Filter by value">
      {pins.map((field) => (
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
      {FACETS.map(([field, title, isOpenFirst]) => (
        <Facet
          key={field}
          field={field}
          title={title}
          isOpenFirst={isOpenFirst}
          asked={asked}
          onFilter={onFilter}
        />
      ))}
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
    </aside>
  );
}

interface FacetProps {
  readonly field: string;
  readonly title: string;
  readonly isOpenFirst: boolean;
  readonly asked: QueryInTime;
  readonly onFilter: FacetsProps["onFilter"];
  readonly onUnpin?: () => void;
}

function Facet({ field, title, isOpenFirst, asked, onFilter, onUnpin }: FacetProps) {
  const [isOpen, setOpen] = useState(isOpenFirst);
  const [isWhole, setWhole] = useState(false);
  const answer = useAnswer(isOpen ? groupsQuestion(asked, field, VALUES_ASKED) : undefined);
  const groups = answer.data?.groups ?? [];
  const most = groups[0]?.spanCount ?? 1;
  return (
    <section className="facet">
      <h2>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} title={field}>
          <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span> {title}
        </button>
        {onUnpin !== undefined && (
          <button type="button" aria-label={`Unpin ${field}`} onClick={onUnpin}>
            ✕
          </button>
        )}
      </h2>
      {isOpen && (
        <ul>
          {groups.slice(0, isWhole ? VALUES_ASKED : VALUES_SHOWN).map((group) => (
            <FacetValue
              key={`${group.value.type} ${group.value.text}`}
              group={group}
              share={group.spanCount / most}
              onFilter={onFilter}
            />
          ))}
        </ul>
      )}
      {isOpen && groups.length > VALUES_SHOWN && (
        <button type="button" className="facet-more" onClick={() => setWhole(!isWhole)}>
          {isWhole ? "fewer" : `${groups.length - VALUES_SHOWN} more`}
        </button>
      )}
      {isOpen && answer.data?.capped && isWhole && (
        <p className="facet-note">Only the {answer.data.capped.limit} most frequent are listed.</p>
      )}
      {isOpen && answer.error !== null && (
        <p className="facet-note">{problemOf(answer.error).detail}</p>
      )}
    </section>
  );
}

interface FacetValueProps {
  readonly group: SpanGroupDocument;
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
        className="facet-value"
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
          className="facet-out"
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
