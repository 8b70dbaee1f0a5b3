/*
 * The one field on every page: ids, headers, lines of a log, queries, commands.
 */
import { useNavigate } from "@tanstack/react-router";
import { type SubmitEvent, useRef, useState } from "react";
import { type OmniboxTarget, readOmnibox } from "../data/omnibox.ts";
import "./omnibox.css";

/** What {@link Omnibox} takes. */
export interface OmniboxProps {
  /** Does what `> name` asks for; false when there is no such command. */
  readonly onCommand: (name: string) => boolean;
  readonly onHelp: () => void;
}

/** The field; `/` leads there from every page that has no query of its own. */
export function Omnibox({ onCommand, onHelp }: OmniboxProps) {
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  const go = (target: OmniboxTarget): boolean => {
    if (target.kind === "nothing") return false;
    if (target.kind === "help") onHelp();
    else if (target.kind === "command") {
      if (onCommand(target.text)) return true;
      setProblem(`There is no command "${target.text}". The key ? lists them.`);
      return false;
    } else if (target.kind === "trace") {
      const { traceId, spanId } = target;
      const search = spanId === undefined ? {} : { s: spanId };
      void navigate({ to: "/t/$traceId", params: { traceId }, search });
    } else {
      void navigate({ to: "/explore", search: { q: target.q } });
    }
    return true;
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (field.current === null || !go(readOmnibox(field.current.value))) return;
    field.current.value = "";
    field.current.blur();
  };
  return (
    <search className="omnibox-place">
      <form className="omnibox" onSubmit={submit}>
        <input
          ref={field}
          className="field"
          data-omnibox=""
          aria-label="Trace id, span id, traceparent, log line or query"
          placeholder="Trace id, traceparent, log line or query…"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== ""}
          aria-describedby="omnibox-problem"
          onChange={() => setProblem("")}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
        <kbd aria-hidden="true">/</kbd>
        <output id="omnibox-problem" className="omnibox-problem">
          {problem}
        </output>
      </form>
    </search>
  );
}
