/*
 * A trace from a file that somebody dropped on the page. Nothing of it leaves the browser.
 */
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";
import type { FileSearch } from "../address/file-search.ts";
import type { TraceSearch } from "../address/search.ts";
import { openFile, useOpenedFile } from "../data/opened-file.ts";
import type { FileTrace, TraceFile } from "../data/trace-file.ts";
import type { ReadTrace } from "../data/trace-queries.ts";
import { clockText, countText } from "../design/time-text.ts";
import { ProblemNotice } from "../views/problem-notice.tsx";
import { LoadedTrace } from "./loaded-trace.tsx";
import "../views/notices.css";
import "./file-page.css";

const route = getRouteApi("/file");

/** `/file`; the search says which trace of the file, and what of it is shown. */
export function FilePage() {
  const opened = useOpenedFile();
  useEffect(() => {
    document.title = "A trace file · Spoor";
  }, []);
  switch (opened.state) {
    case "none":
      return (
        <section className="problem">
          <h1 className="problem-title">Open a trace file</h1>
          <p>
            Drop it anywhere on this page: OTLP JSON, as one document or one in each line; a trace
            as Spoor&apos;s API gives it; or the JSON that Jaeger&apos;s page downloads. It may be
            compressed with gzip. The file stays in this browser.
          </p>
          <FileField />
        </section>
      );
    case "reading":
      return <p className="trace-loading">Reading {opened.name} …</p>;
    case "failed":
      return (
        <ProblemNotice problem={opened.problem}>
          <FileField />
        </ProblemNotice>
      );
    case "open":
      return <OpenFile file={opened.file} />;
  }
}

function FileField() {
  return (
    <p className="file-field">
      <label className="button">
        Choose a file
        <input
          type="file"
          className="visually-hidden"
          accept=".json,.jsonl,.ndjson,.gz,application/json"
          onChange={({ target: { files } }) => {
            const file = files?.[0];
            if (file !== undefined) void openFile(file);
          }}
        />
      </label>
    </p>
  );
}

function OpenFile({ file }: { readonly file: TraceFile }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { name, traces, problems } = file;
  const wanted = search.t ?? (traces.length === 1 ? traces[0]?.traceId : undefined);
  const trace = traces.find(({ traceId }) => traceId === wanted);
  const write = useCallback(
    (next: TraceSearch) => {
      const t = search.t === undefined ? {} : { t: search.t };
      void navigate({ search: { ...t, ...next } satisfies FileSearch, replace: true });
    },
    [navigate, search.t],
  );
  const read = useMemo(() => (trace === undefined ? undefined : readOf(trace)), [trace]);
  if (read === undefined) return <Traces file={file} />;
  return (
    <>
      <p className="file-note">
        From {name}; not stored.{" "}
        {traces.length > 1 && (
          <Link to="/file" search={{}}>
            All {traces.length.toLocaleString("en")} traces of it
          </Link>
        )}
        <Problems problems={problems} />
      </p>
      <LoadedTrace key={read.traceId} read={read} nowMs={NEVER_MS} search={search} write={write} />
    </>
  );
}

function Problems({ problems }: { readonly problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return <span className="file-problems"> ▲ {problems.join("; ")}</span>;
}

/** A file may be of any day, so its day is always said. */
const NEVER_MS = 0;

/** More are not listed; who has so many searches in a store. */
const TRACES_LISTED = 1000;

function Traces({ file: { name, traces, problems } }: { readonly file: TraceFile }) {
  return (
    <section className="file-traces" aria-label="Traces of the file">
      <h1>
        {countText(traces.length, "trace")} in {name}
      </h1>
      <Problems problems={problems} />
      <ul>
        {traces.slice(0, TRACES_LISTED).map((trace) => (
          <li key={trace.traceId}>
            <Link to="/file" search={{ t: trace.traceId }}>
              <bdi>{rootOf(trace)?.name.slice(0, 200) ?? "(no name)"}</bdi>
            </Link>{" "}
            <span className="quiet">
              {countText(trace.spans.length, "span")},{" "}
              {clockText(rootOf(trace)?.startTimeUnixNano ?? 0n)},{" "}
              <code>{trace.traceId.slice(0, 8)}</code>
            </span>
          </li>
        ))}
      </ul>
      {traces.length > TRACES_LISTED && (
        <p>
          {countText(traces.length - TRACES_LISTED, "more trace")} not listed:{" "}
          <code>spoor import</code> sends them to a store, which finds them.
        </p>
      )}
    </section>
  );
}

function rootOf({ spans }: FileTrace): FileTrace["spans"][number] | undefined {
  return spans.find(({ parentSpanId }) => parentSpanId === "") ?? spans[0];
}

function readOf({ traceId, spans }: FileTrace): ReadTrace {
  const coverage = { complete: true, capped: null, sampledRate: 1, scannedRows: 0, tookMs: 0 };
  return {
    traceId,
    spans,
    skeleton: undefined,
    open: [],
    nowUnixNano: 0n,
    coverage,
    isStored: false,
  };
}
