import { fromTraceDocument, keys, type Span, type TraceSummaryDocument } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { traceQuestion, useAnswer } from "../data/ask.ts";
import { countText } from "../design/time-text.ts";
import "./first-run.css";

/** What {@link FirstTrace} takes. */
export interface FirstTraceProps {
  readonly traces: readonly TraceSummaryDocument[];
  /** Whether these are all traces that there are. */
  readonly isAll: boolean;
}

/** With more of them somebody knows the way. */
const TRACES_MAX = 3;

/** Where to go from the very first trace. */
export function FirstTrace({ traces, isAll }: FirstTraceProps) {
  const first = isAll && traces.length <= TRACES_MAX ? earliest(traces) : undefined;
  const { data } = useAnswer(first === undefined ? undefined : traceQuestion(first.traceId));
  if (first === undefined) return null;
  const runtime = data === undefined ? "" : runtimeOf(fromTraceDocument(data.trace).spans);
  return (
    <p className="first-trace">
      <strong>First trace received</strong> from <code>{first.rootService}</code> (
      {runtime !== "" && `${runtime}, `}
      {countText(first.spanCount, "span")}).{" "}
      <Link to="/t/$traceId" params={{ traceId: first.traceId }}>
        Open it
      </Link>{" "}
      <span className="first-trace-next">
        Next: <b>1</b> · add a second service <b>2</b> · send logs <b>3</b> · let spoor watch
        Postgres
      </span>
    </p>
  );
}

function earliest(traces: readonly TraceSummaryDocument[]): TraceSummaryDocument | undefined {
  const byStart = traces.toSorted((a, b) =>
    BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1,
  );
  return byStart[0];
}

/** `node 24.1`; empty when no span says. */
function runtimeOf(spans: readonly Span[]): string {
  const [name, version] = [keys.processRuntimeName, keys.processRuntimeVersion].map((key) =>
    spans.map(({ resource }) => resource.attributes.get(key)).find((value) => value !== undefined),
  );
  if (typeof name !== "string") return "";
  return typeof version === "string"
    ? `${name.replace("nodejs", "node")} ${version.split(".").slice(0, 2).join(".")}`
    : name;
}
