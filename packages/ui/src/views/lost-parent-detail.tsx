/*
 * Everything that is known about a parent that never arrived: why, on what evidence, and whose
 * parent it is.
 */
import { LOST_PARENTS_MAX } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { CopyButton } from "../design/copy-button.tsx";
import { countText } from "../design/time-text.ts";
import { DetailHead } from "./detail-head.tsx";
import { clipped, lostReason } from "./line-words.ts";
import { serviceOfRow, titleOfRow, type TraceModel } from "./trace-model.ts";
import "./span-detail.css";

/** What {@link LostParentDetail} takes. */
export interface LostParentDetailProps {
  readonly model: TraceModel;
  /** Which of the parents that never arrived. */
  readonly lost: number;
  readonly onSelect: (row: number) => void;
  readonly onClose: () => void;
}

function unknownWords({ isStored }: TraceModel, lost: number): string {
  if (!isStored) return "A file says no more than its spans do.";
  return lost < LOST_PARENTS_MAX
    ? "Why is not known."
    : `Only the first ${LOST_PARENTS_MAX} parents of a trace are asked about.`;
}

/** Children that are named; all are counted. */
const CHILDREN_MAX = 50;

/** The detail panel of a parent that never arrived. */
export function LostParentDetail({ model, lost, onSelect, onClose }: LostParentDetailProps) {
  const { spanId = "", rows = [] } = model.shape.lostParents[lost] ?? {};
  const reason = lostReason(model, lost);
  return (
    <aside className="detail" aria-label="Parent detail">
      <DetailHead title="A parent that never arrived" onClose={onClose}>
        <p className="detail-service">
          <code>{spanId}</code>
          <CopyButton text={spanId} what="span id" />
        </p>
      </DetailHead>
      <div className="detail-body">
        {reason === undefined ? (
          <p className="detail-note">{unknownWords(model, lost)}</p>
        ) : (
          <>
            <p className="detail-reason">{reason.sentence}.</p>
            <section className="detail-section">
              <h3>Why this is said</h3>
              <ul className="detail-list">
                <li>
                  <strong>{reason.certainty === "seen" ? "seen" : "probably"}</strong> · rule{" "}
                  <code>{reason.rule}</code>
                </li>
                {reason.evidence.map((fact) => (
                  <li key={fact}>{fact}</li>
                ))}
              </ul>
            </section>
          </>
        )}
        <section className="detail-section">
          <h3>{countText(rows.length, "span")} below it</h3>
          <ul className="detail-list">
            {rows.slice(0, CHILDREN_MAX).map((row) => (
              <li key={row}>
                <button type="button" className="jump" onClick={() => onSelect(row)}>
                  <bdi>{clipped(titleOfRow(model, row), 120)}</bdi>
                </button>{" "}
                <span className="quiet">{serviceOfRow(model, row)}</span>
              </li>
            ))}
            {rows.length > CHILDREN_MAX && <li>and {rows.length - CHILDREN_MAX} more</li>}
          </ul>
        </section>
        {model.isStored && (
          <p className="detail-note">
            <Link to="/health">Who else loses parents</Link>
          </p>
        )}
      </div>
    </aside>
  );
}
