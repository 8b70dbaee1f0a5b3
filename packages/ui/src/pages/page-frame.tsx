/*
 * What stands on every page: the name, the way to a trace by its id, and the theme.
 */
import { parseTraceReference } from "@spoor/trace";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { useRereadOnOpen } from "../data/queries.ts";
import { useStreamState } from "../data/stream-context.tsx";
import { isTyping } from "../design/is-typing.ts";
import { ThemeSwitch } from "../design/theme-switch.tsx";
import { ConnectionBanner } from "../views/connection-banner.tsx";
import "./page-frame.css";

/** The frame around every page. */
export function PageFrame() {
  useRereadOnOpen();
  return (
    <div className="frame">
      <header className="top-bar">
        <Link to="/" className="brand" title="Recent traces">
          <Mark />
          spoor
        </Link>
        <FindTrace />
        <LiveMark />
        <ThemeSwitch />
      </header>
      <ConnectionBanner />
      <main className="frame-main">
        <Outlet />
      </main>
    </div>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
      <rect x="1" y="2" width="14" height="3" rx="1" fill="currentColor" />
      <rect x="3" y="6.5" width="7" height="3" rx="1" fill="currentColor" />
      <rect x="7" y="11" width="6" height="3" rx="1" fill="currentColor" />
    </svg>
  );
}

/** Takes a trace id, the beginning of one, or a `traceparent`. `/` goes there. */
function FindTrace() {
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const reference = parseTraceReference(field.current?.value ?? "");
    if (reference.kind === "invalid") {
      setProblem(reference.reason);
      return;
    }
    setProblem("");
    const traceId = reference.kind === "prefix" ? reference.prefix : reference.traceId;
    const spanId = reference.kind === "traceId" ? reference.spanId : undefined;
    const search = spanId === undefined ? {} : { s: spanId };
    void navigate({ to: "/t/$traceId", params: { traceId }, search });
    if (field.current !== null) field.current.value = "";
    field.current?.blur();
  };
  return (
    <search className="find-trace-place">
      <form className="find-trace" onSubmit={submit}>
        <input
          ref={field}
          className="field"
          aria-label="Trace id, its beginning, or a traceparent"
          placeholder="Trace id, its beginning, or a traceparent   /"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== ""}
          aria-describedby="find-trace-problem"
          onChange={() => setProblem("")}
        />
        <output id="find-trace-problem" className="find-trace-problem">
          {problem}
        </output>
      </form>
    </search>
  );
}

function LiveMark() {
  const { phase } = useStreamState();
  const text = phase === "open" ? "live" : phase === "lost" ? "not live" : "connecting";
  return (
    <span className={`live-mark is-${phase}`} title="Whether this page changes by itself">
      <span aria-hidden="true">{phase === "open" ? "●" : "○"}</span> {text}
    </span>
  );
}
