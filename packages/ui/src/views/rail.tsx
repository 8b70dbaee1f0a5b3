/*
 * The screens, at the left of every page, and the way to open a file.
 */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import "./rail.css";

/** What {@link Rail} takes. */
export interface RailProps {
  /** The trace that was looked at last; empty while there was none. */
  readonly lastTraceId: string;
}

/** The way to each screen, with the keys that lead there. */
export function Rail({ lastTraceId }: RailProps) {
  return (
    <nav className="rail" aria-label="Screens">
      <Link to="/" className="rail-item" activeOptions={{ exact: true }} title="Now (g n)">
        <Glyph>
          <path d="M2 9h3l2-5 4 10 2-5h3" />
        </Glyph>
        Now
      </Link>
      <Link to="/explore" className="rail-item" title="Explore (g e)">
        <Glyph>
          <circle cx="8" cy="8" r="5" />
          <path d="m11.8 11.8 4.2 4.2" />
        </Glyph>
        Explore
      </Link>
      <TraceItem traceId={lastTraceId} />
      <Link to="/compare" className="rail-item" title="Compare (g c)">
        <Glyph>
          <path d="M3 4h8M3 8h5M3 12h7" />
          <path d="M14 3v12" strokeDasharray="2 2" />
        </Glyph>
        Compare
      </Link>
      <Link to="/health" className="rail-item" title="Health (g h)">
        <Glyph>
          <path d="M9 16S2 11.6 2 6.8A3.6 3.6 0 0 1 9 5.4A3.6 3.6 0 0 1 16 6.8C16 11.6 9 16 9 16Z" />
        </Glyph>
        Health
      </Link>
      <Link to="/file" className="rail-item" title="Open a trace file (g f), or drop it anywhere">
        <Glyph>
          <path d="M10 2H4v14h10V6Z" />
          <path d="M10 2v4h4M6.5 12h5M9 9.5V14" />
        </Glyph>
        File
      </Link>
    </nav>
  );
}

function TraceItem({ traceId }: { readonly traceId: string }) {
  const face = (
    <>
      <Glyph>
        <path d="M2 4h14M4 8h7M8 12h6" strokeWidth="2.4" />
      </Glyph>
      Trace
    </>
  );
  if (traceId === "") {
    return (
      <span className="rail-item is-off" title="No trace was opened yet">
        {face}
      </span>
    );
  }
  return (
    <Link to="/t/$traceId" params={{ traceId }} className="rail-item" title="The trace seen last">
      {face}
    </Link>
  );
}

function Glyph({ children }: { readonly children: ReactNode }) {
  return (
    <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
      {children}
    </svg>
  );
}
