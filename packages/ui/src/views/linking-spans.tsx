/*
 * Which spans of other traces link to this one. Asked on demand: no index leads from a span to
 * those that name it, so it is a search.
 */
import type { Span } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { problemOf } from "../data/api-client.ts";
import { searchQuestion, useAnswer } from "../data/ask.ts";
import { clockText, countText } from "../design/time-text.ts";
import { CoverageNote } from "./coverage-note.tsx";

const TRACES_MAX = 20;
const SPANS_MAX = 5;
const HOUR_NANO = 3_600_000_000_000n;

/** A button, and what it finds. */
export function LinkingSpans({ span }: { readonly span: Span }) {
  const [isAsked, setAsked] = useState(false);
  return (
    <section className="detail-section">
      <h3>Linked from</h3>
      {isAsked ? (
        <Found span={span} />
      ) : (
        <button type="button" className="button" onClick={() => setAsked(true)}>
          Find spans that link to this one
        </button>
      )}
    </section>
  );
}

function Found({ span }: { readonly span: Span }) {
  const { traceId, spanId, startTimeUnixNano: start } = span;
  const asked = searchQuestion({
    q: `{ link:traceID = "${traceId}" && link:spanID = "${spanId}" }`,
    // Whoever links to a span has heard of it, but clocks disagree.
    from: String(start > HOUR_NANO ? start - HOUR_NANO : 0n),
    to: "now",
    sort: "recent",
    limit: TRACES_MAX,
    spans: SPANS_MAX,
  });
  const { data, error } = useAnswer(asked);
  const traces = data?.traces ?? [];
  return (
    <>
      <output>
        {data === undefined && error === null && "Asking …"}
        {error !== null && problemOf(error).detail}
        {data !== undefined && (traces.length === 0 ? "No span links to this one." : "")}
      </output>
      {traces.length > 0 && (
        <ul>
          {traces.map(({ traceId: other, groups, rootName, startTimeUnixNano }) => (
            <li key={other} className="detail-item">
              {groups
                .flatMap(({ spans }) => spans)
                .map((found) => (
                  <p key={found.spanId}>
                    <Link
                      to="/t/$traceId"
                      params={{ traceId: other }}
                      search={{ s: found.spanId, d: "1" }}
                    >
                      <bdi>{found.name.slice(0, 200) || "(no name)"}</bdi>
                    </Link>{" "}
                    <span className="quiet">
                      <bdi>{found.service.slice(0, 80)}</bdi>, in{" "}
                      <bdi>{rootName.slice(0, 120)}</bdi>, {clockText(BigInt(startTimeUnixNano))}
                    </span>
                  </p>
                ))}
              {moreOf(groups) > 0 && (
                <p className="quiet">{countText(moreOf(groups), "more span")} of this trace</p>
              )}
            </li>
          ))}
        </ul>
      )}
      {data !== undefined && <CoverageNote coverage={data} />}
    </>
  );
}

function moreOf(
  groups: readonly { readonly spanCount: number; readonly spans: readonly unknown[] }[],
): number {
  return groups.reduce((sum, { spanCount, spans }) => sum + spanCount - spans.length, 0);
}
