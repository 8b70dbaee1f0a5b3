import { Link } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";
import { forgetQuery, saveQuery, savedQueries } from "../data/saved-queries.ts";
import { parseExploreSearch } from "../address/explore-search.ts";
import { parseSearch } from "../address/search.ts";
import "./saved-queries.css";

/** What {@link SavedQueries} takes. */
export interface SavedQueriesProps {
  /** The part of the address after "?" that is saved. */
  readonly search: string;
  /** What it is called unless somebody calls it otherwise. */
  readonly name: string;
}

/** Queries kept in this browser; each is a link, which can be sent to others as it is. */
export function SavedQueries({ search, name }: SavedQueriesProps) {
  const [queries, setQueries] = useState(savedQueries);
  const [hasFailed, setFailed] = useState(false);
  const keep = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get("name");
    const wish = typeof given === "string" ? given.trim() : "";
    setFailed(!saveQuery({ name: wish === "" ? name : wish, search }));
    setQueries(savedQueries());
  };
  return (
    <details className="saved">
      <summary className="button">Saved{queries.length > 0 && ` (${queries.length})`}</summary>
      <div className="saved-panel">
        <form onSubmit={keep}>
          <input
            key={name}
            className="field"
            name="name"
            aria-label="Name of this query"
            defaultValue={name}
            autoComplete="off"
          />
          <button type="submit" className="button">
            Save this
          </button>
        </form>
        {hasFailed && <p className="saved-note">This browser keeps nothing for pages.</p>}
        {queries.length === 0 && (
          <p className="saved-note">Nothing is saved in this browser yet.</p>
        )}
        <ul>
          {queries.map((query) => (
            <li key={query.name}>
              <Link to="/explore" search={parseExploreSearch(parseSearch(query.search))}>
                {query.name}
              </Link>
              <button
                type="button"
                className="copy-button"
                aria-label={`Forget ${query.name}`}
                onClick={() => {
                  forgetQuery(query.name);
                  setQueries(savedQueries());
                }}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
