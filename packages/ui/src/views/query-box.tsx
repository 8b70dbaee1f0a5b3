/*
 * The box for queries: TraceQL or the plain form, with what may come next, and with what is wrong
 * shown below it at its place.
 */
import type { CompletionItem, ProblemDocument } from "@spoor/trace";
import { type KeyboardEvent, type RefObject, useId, useRef, useState } from "react";
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
  const wordsId = useId();
  return (
    <search className="query-box">
      <QueryField query={query} onAsk={onAsk} isInvalid={problem !== undefined} wordsId={wordsId} />
      <div id={wordsId} className="query-words">
        {problem !== undefined && <QueryFault text={query} problem={problem} />}
        {problem === undefined && translation !== "" && (
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
        )}
      </div>
    </search>
  );
}

interface QueryFieldProps {
  readonly query: string;
  readonly onAsk: (query: string) => void;
  readonly isInvalid: boolean;
  readonly wordsId: string;
}

function QueryField({ query, onAsk, isInvalid, wordsId }: QueryFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  const typed = useTyped(query, field);
  const { text, items, active, isListed } = typed;
  const ask = (): void => {
    typed.setOpen(false);
    onAsk(text.trim());
  };
  const onKey = (event: KeyboardEvent): void => {
    const chosen = isListed ? items[active] : undefined;
    const isMove = isListed && (event.key === "ArrowDown" || event.key === "ArrowUp");
    if (isMove) typed.move(event.key === "ArrowDown" ? 1 : -1);
    else if (chosen !== undefined && /^(?:Tab|Enter)$/.test(event.key)) typed.insert(chosen);
    else if (event.key === "Enter") ask();
    else if (event.key === "Escape" && isListed) typed.setOpen(false);
    else if (event.key === "Escape") field.current?.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
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
        aria-invalid={isInvalid}
        aria-describedby={wordsId}
        placeholder="service:checkout duration>2s -status:ok   or   { status = error }"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={({ target }) => typed.type(target.value, cursorOf(target))}
        onSelect={({ currentTarget }) => typed.setCursor(cursorOf(currentTarget))}
        onFocus={() => typed.setOpen(true)}
        onBlur={() => typed.setOpen(false)}
        onKeyDown={onKey}
      />
      <button type="button" className="button query-ask" onClick={ask}>
        Search
      </button>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- no select is a list of it */}
      <div id={listId} role="listbox" aria-label="What may come next" hidden={!isListed}>
        {items.map((item, index) => (
          <CompletionLine
            key={`${item.kind} ${item.text}`}
            id={`${listId}-${index}`}
            item={item}
            isActive={index === active}
            onChoose={() => typed.insert(item)}
          />
        ))}
      </div>
    </div>
  );
}

function cursorOf(field: HTMLInputElement): number {
  return field.selectionStart ?? field.value.length;
}

/** What stands in the box, and what may come next there. */
function useTyped(query: string, field: RefObject<HTMLInputElement | null>) {
  const [text, setText] = useState(query);
  const [asked, setAsked] = useState(query);
  const [cursor, setCursor] = useState(query.length);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  // The address may change under the box: a click on a facet, a step back.
  if (asked !== query) {
    setAsked(query);
    setText(query);
  }
  const { items, start } = useCompletion(text, cursor, isOpen);
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
  // One place besides the items is that of the box itself.
  const places = items.length + 1;
  const move = (step: number): void =>
    setActive((before) => ((before + 1 + step + places) % places) - 1);
  return {
    text,
    items,
    active,
    isListed: isOpen && items.length > 0,
    type,
    insert,
    move,
    setOpen,
    setCursor,
  };
}

interface CompletionLineProps {
  readonly id: string;
  readonly item: CompletionItem;
  readonly isActive: boolean;
  readonly onChoose: () => void;
}

function CompletionLine({ id, item, isActive, onChoose }: CompletionLineProps) {
  return (
    <div
      id={id}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- as its list, which is no select
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      className={isActive ? "completion is-active" : "completion"}
      onPointerDown={(event) => {
        // The focus stays in the field, which names the active line.
        event.preventDefault();
        onChoose();
      }}
    >
      <code>{item.text}</code>
      <span className="completion-meaning">{item.meaning}</span>
      <span className="completion-count">
        {item.count === null ? item.kind : item.count.toLocaleString("en")}
      </span>
    </div>
  );
}

/** What is wrong, below the place where it is. */
function QueryFault(props: { readonly text: string; readonly problem: ProblemDocument }) {
  const { text, problem } = props;
  const { query } = problem;
  return (
    <div className="query-fault" aria-live="polite">
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
