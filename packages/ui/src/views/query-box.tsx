/*
 * The box for queries: TraceQL or the plain form, with what may come next, and with what is wrong
 * shown below it at its place.
 */
import type { CompletionItem, ProblemDocument } from "@spoor/trace";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { completeQuestion, useAnswer } from "../data/ask.ts";
import { plainCompletion, plainItems } from "../data/plain-completion.ts";
import { useRested } from "../data/use-rested.ts";
import "./query-box.css";

/** What {@link QueryBox} takes. */
export interface QueryBoxProps {
  /** The query that is asked now. */
  readonly query: string;
  readonly onAsk: (query: string) => void;
  /** What the server says against the query. */
  readonly problem: ProblemDocument | undefined;
  /** How it was understood; empty when it was TraceQL already. */
  readonly translation: string;
}

/** Typing pauses this long before anybody is asked what comes next. */
const REST_MS = 120;
const ITEMS_SHOWN_MAX = 12;

/** The box, the list below it, and the words below both. */
export function QueryBox({ query, onAsk, problem, translation }: QueryBoxProps) {
  const [text, setText] = useState(query);
  const [cursor, setCursor] = useState(query.length);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  // The address may change under the box: a click on a facet, a step back.
  useEffect(() => setText(query), [query]);
  const { items, start } = useCompletion(text, cursor, isOpen);
  const isListed = isOpen && items.length > 0;
  const type = (next: string, at: number): void => {
    setText(next);
    setCursor(at);
    setActive(-1);
    setOpen(true);
  };
  const insert = (item: CompletionItem): void => {
    const [before, after] = [text.slice(0, start), text.slice(cursor)];
    const at = before.length + item.text.length;
    type(before + item.text + after, at);
    field.current?.focus();
    requestAnimationFrame(() => field.current?.setSelectionRange(at, at));
  };
  const ask = (): void => {
    setOpen(false);
    onAsk(text.trim());
  };
  const onKey = (event: KeyboardEvent): void => {
    const chosen = isListed ? items[active] : undefined;
    if (isListed && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((before) => (before + step + items.length + 1) % (items.length + 1));
    } else if (event.key === "Tab" && chosen !== undefined) insert(chosen);
    else if (event.key === "Enter" && chosen !== undefined) insert(chosen);
    else if (event.key === "Enter") ask();
    else if (event.key === "Escape" && isListed) setOpen(false);
    else if (event.key === "Escape") field.current?.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className="query-box">
      <div className="query-line">
        <input
          ref={field}
          className="field query-field code"
          data-query-box=""
          role="combobox"
          aria-label="Query: TraceQL or words"
          aria-expanded={isListed}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={isListed && active >= 0 ? `${listId}-${active}` : undefined}
          aria-invalid={problem !== undefined}
          aria-describedby={`${listId}-words`}
          placeholder="service:checkout duration>2s -status:ok   or   { status = error }"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={({ target }) =>
            type(target.value, target.selectionStart ?? target.value.length)
          }
          onSelect={({ currentTarget }) => setCursor(currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKey}
        />
        <button type="button" className="button query-ask" onClick={ask}>
          Search
        </button>
        <ul id={listId} role="listbox" aria-label="What may come next" hidden={!isListed}>
          {items.map((item, index) => (
            <CompletionLine
              key={`${item.kind} ${item.text}`}
              id={`${listId}-${index}`}
              item={item}
              isActive={index === active}
              onChoose={() => insert(item)}
            />
          ))}
        </ul>
      </div>
      <div id={`${listId}-words`} className="query-words">
        {problem === undefined ? (
          translation !== "" && (
            <p>
              in TraceQL <code>{translation}</code>{" "}
              <button
                type="button"
                className="button button-quiet"
                onClick={() => onAsk(translation)}
              >
                Go on in TraceQL
              </button>
            </p>
          )
        ) : (
          <QueryFault text={query} problem={problem} />
        )}
      </div>
    </search>
  );
}

interface CompletionLineProps {
  readonly id: string;
  readonly item: CompletionItem;
  readonly isActive: boolean;
  readonly onChoose: () => void;
}

function CompletionLine({ id, item, isActive, onChoose }: CompletionLineProps) {
  return (
    // The focus stays in the field, which names the active line; keys are its affair.
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus, jsx-a11y/click-events-have-key-events
    <li
      id={id}
      role="option"
      aria-selected={isActive}
      className={isActive ? "is-active" : ""}
      onPointerDown={(event) => {
        event.preventDefault();
        onChoose();
      }}
    >
      <code>{item.text}</code>
      <span className="completion-meaning">{item.meaning}</span>
      <span className="completion-count">
        {item.count === null ? item.kind : item.count.toLocaleString("en")}
      </span>
    </li>
  );
}

/** What is wrong, below the place where it is. */
function QueryFault(props: { readonly text: string; readonly problem: ProblemDocument }) {
  const { text, problem } = props;
  const { query } = problem;
  return (
    <div className="query-fault" role="status">
      {query !== undefined && (
        <code className="query-place">
          {text.slice(0, query.start)}
          <mark>{text.slice(query.start, query.end) || "␣"}</mark>
          {text.slice(query.end)}
        </code>
      )}
      <p>
        <span aria-hidden="true">✕ </span>
        {query?.message ?? problem.detail}{" "}
        <span className="query-hint">{query?.suggestion ?? problem.hint}</span>
      </p>
    </div>
  );
}

function useCompletion(text: string, cursor: number, isOpen: boolean) {
  const rested = useRested({ text, cursor }, REST_MS);
  const plain = plainCompletion(rested.text, rested.cursor);
  const asked = plain === undefined ? rested : { text: plain.ask, cursor: plain.ask.length };
  const isAsked = isOpen && (plain === undefined || plain.ask !== "");
  const answer = useAnswer(isAsked ? completeQuestion(asked.text, asked.cursor) : undefined);
  // An answer to an older text would replace the wrong part of this one.
  const isCurrent = rested.text === text && rested.cursor === cursor && isOpen;
  const found = isAsked && !answer.isPlaceholderData ? answer.data : undefined;
  const items = plain === undefined ? (found?.items ?? []) : plainItems(plain, found?.items ?? []);
  return {
    items: isCurrent ? items.slice(0, ITEMS_SHOWN_MAX) : [],
    start: plain?.start ?? found?.start ?? cursor,
  };
}
