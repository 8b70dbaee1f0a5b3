import type { TraceSummaryDocument } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { countText } from "../design/time-text.ts";
import "./first-run.css";

/** What {@link FirstTrace} takes. */
export interface FirstTraceProps {
  readonly traces: readonly TraceSummaryDocument[];
  /** Whether these are all traces that there are. */
  readonly isAll: boolean;
}

/** Where to go from the very first trace. */
export function FirstTrace({ traces, isAll }: FirstTraceProps) {
  const [first] = traces;
  if (first === undefined || traces.length > 1 || !isAll) return null;
  return (
    <p className="first-trace">
      <strong>First trace received</strong> from <code>{first.rootService}</code> (
      {countText(first.spanCount, "span")}).{" "}
      <Link to="/t/$traceId" params={{ traceId: first.traceId }}>
        Open it
      </Link>{" "}
      Next: 1 · add a second service 2 · send logs 3 · let spoor watch Postgres
    </p>
  );
}
