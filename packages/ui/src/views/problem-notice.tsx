import type { ProblemDocument } from "@spoor/trace";
import type { ReactNode } from "react";
import "./notices.css";

/** What {@link ProblemNotice} takes. */
export interface ProblemNoticeProps {
  readonly problem: ProblemDocument;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}

/** Why there is nothing to show, in the server's words, and what to do about it. */
export function ProblemNotice({ problem, onRetry, children }: ProblemNoticeProps) {
  return (
    <section className="problem" role="alert">
      <h1 className="problem-title">{problem.title}</h1>
      <p>{problem.detail}</p>
      {problem.hint !== undefined && <p className="problem-hint">{problem.hint}</p>}
      {children}
      <p className="problem-foot">
        {onRetry !== undefined && (
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
        )}
        <code>{problem.code}</code>
        {problem.status > 0 && <span>HTTP {problem.status}</span>}
      </p>
    </section>
  );
}
