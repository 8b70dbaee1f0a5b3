/*
 * The top of a trace's page: what it was, the answer in words, and what is not right with it.
 */
import {
  type Coverage,
  errorText,
  formatDuration,
  httpStatusCode,
  nodeDurationNano,
  serviceName,
  spanTitle,
  StatusCode,
  type TreeNode,
  type TreeProblem,
  type VerdictGround,
} from "@spoor/trace";
import type { ReactNode } from "react";
import { CopyButton } from "../design/copy-button.tsx";
import { Monogram } from "../design/monogram.tsx";
import {
  clockText,
  countText,
  dayText,
  exactDurationText,
  exactTimeText,
} from "../design/time-text.ts";
import { CoverageNote } from "./coverage-note.tsx";
import type { TraceModel } from "./trace-model.ts";
import "./trace-head.css";

/** What {@link TraceHead} takes. */
export interface TraceHeadProps {
  readonly model: TraceModel;
  readonly coverage: Coverage;
  readonly nowMs: number;
  readonly onSelect: (node: TreeNode) => void;
}

/** Name, numbers, verdict and warnings of one trace. */
export function TraceHead({ model, coverage, nowMs, onSelect }: TraceHeadProps) {
  const { tree, verdict } = model;
  const [root] = tree.roots;
  const service = root === undefined ? "" : serviceName(root.span.resource);
  const waitingNode = tree.nodes.find((node) => model.openOf.get(node) === verdict.waiting);
  return (
    <section className="trace-head" aria-label="Trace">
      <div className="trace-head-top">
        <h1>
          <Monogram service={service} look={model.looks.get(service)} />
          {root === undefined ? "(no spans)" : spanTitle(root.span) || "(no name)"}
        </h1>
        <span className="trace-id">
          <span className="visually-hidden">Trace id </span>
          <code>{tree.traceId}</code>
          <CopyButton text={tree.traceId} what="trace id" />
        </span>
      </div>
      {root !== undefined && <Facts model={model} root={root} service={service} nowMs={nowMs} />}
      {verdict.sentence !== "" && (
        <p className="verdict">
          {verdict.sentence}{" "}
          {waitingNode !== undefined && (
            <JumpButton node={waitingNode} text="Show what waits" onSelect={onSelect} />
          )}{" "}
          {verdict.failure !== undefined && (
            <JumpButton node={verdict.failure} text="Show the failure" onSelect={onSelect} />
          )}{" "}
          {verdict.slowest !== undefined && verdict.slowest.node !== verdict.failure && (
            <JumpButton node={verdict.slowest.node} text="Show the slowest" onSelect={onSelect} />
          )}
        </p>
      )}
      {verdict.waiting !== undefined && <Grounds grounds={verdict.grounds} />}
      <ul className="trace-problems">
        {problemTexts(tree.problems).map((text) => (
          <li key={text}>
            <span aria-hidden="true">? </span>
            {text}
          </li>
        ))}
        <li className="trace-coverage">
          <CoverageNote coverage={coverage} />
        </li>
      </ul>
    </section>
  );
}

/** What the sentence rests on, so that nobody has to believe it. */
function Grounds({ grounds }: { readonly grounds: readonly VerdictGround[] }) {
  return (
    <details className="grounds">
      <summary>Why this is said</summary>
      <ul>
        {grounds.map(({ rule, certainty, evidence }) => (
          <li key={rule}>
            <strong>{certainty === "seen" ? "seen" : "probably"}</strong> · rule <code>{rule}</code>
            {evidence.length > 0 && ` · ${evidence.join(" · ")}`}
          </li>
        ))}
      </ul>
    </details>
  );
}

function JumpButton(props: {
  readonly node: TreeNode;
  readonly text: string;
  readonly onSelect: (node: TreeNode) => void;
}) {
  return (
    <button type="button" className="jump" onClick={() => props.onSelect(props.node)}>
      {props.text}
    </button>
  );
}

function Facts(props: {
  readonly model: TraceModel;
  readonly root: TreeNode;
  readonly service: string;
  readonly nowMs: number;
}) {
  const { model, root, service, nowMs } = props;
  const start = model.tree.startTimeUnixNano;
  const day = dayText(start, nowMs);
  const durationNano = nodeDurationNano(root);
  const wholeNano = model.scale.durationNano;
  return (
    <ul className="facts">
      <li>{service}</li>
      <Outcome root={root} />
      <li className="fact-strong" title={exactDurationText(durationNano)}>
        {formatDuration(durationNano)}
      </li>
      {wholeNano > durationNano * 1.01 && (
        <li title={exactDurationText(wholeNano)}>{formatDuration(wholeNano)} to the last span</li>
      )}
      <li title={exactTimeText(start)}>
        {day !== "" && `${day} `}
        {clockText(start)}
      </li>
      <li>{countText(model.tree.nodes.length, "span")}</li>
      {model.openOf.size > 0 && <li className="fact-open">▷ {model.openOf.size} open</li>}
      <li>{countText(model.looks.size, "service")}</li>
      <li className={model.errorCount > 0 ? "fact-error" : ""}>
        {model.errorCount === 0 ? "no errors" : `✕ ${countText(model.errorCount, "error")}`}
      </li>
    </ul>
  );
}

/** The root's status in words, and its HTTP status code where it has one. */
function Outcome({ root }: { readonly root: TreeNode }): ReactNode {
  const httpStatus = httpStatusCode(root.span.attributes);
  const isError = root.span.status.code === StatusCode.error;
  if (!isError) return httpStatus === undefined ? null : <li>HTTP {httpStatus}</li>;
  return (
    <li className="fact-error" title={errorText(root.span)}>
      ✕ {httpStatus === undefined ? "failed" : `HTTP ${httpStatus}`}
    </li>
  );
}

/** One sentence for each kind of problem. */
function problemTexts(problems: readonly TreeProblem[]): string[] {
  const counts = new Map<TreeProblem["kind"], number>();
  for (const problem of problems) {
    const count = problem.kind === "span_repeated" ? problem.count : 1;
    counts.set(problem.kind, (counts.get(problem.kind) ?? 0) + count);
  }
  return Array.from(counts, ([kind, count]) => problemText(kind, count));
}

function problemText(kind: TreeProblem["kind"], count: number): string {
  const spans = countText(count, "span");
  switch (kind) {
    case "parent_missing":
      return `${spans} without ${count === 1 ? "its" : "their"} parent: it never arrived.`;
    case "parent_is_self":
      return `${spans} naming itself as parent.`;
    case "parent_cycle":
      return `${countText(count, "circle")} of spans that name each other as parents.`;
    case "span_repeated":
      return `${spans} arrived more than once; the copies are not shown.`;
    case "span_id_shared":
      return `${countText(count, "span id")} used by different spans.`;
    case "end_before_start":
      return `${spans} ending before the start: a clock was set back.`;
  }
}
