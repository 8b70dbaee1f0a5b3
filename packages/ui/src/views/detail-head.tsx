import type { ReactNode } from "react";

/** The top of a detail panel: what it is about, and the way out. */
export function DetailHead(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  const { title, onClose, children } = props;
  return (
    <div className="detail-head">
      <h2>{title}</h2>
      <button type="button" className="button button-quiet" onClick={onClose} title="Close (Esc)">
        <span aria-hidden="true">✕</span>
        <span className="visually-hidden">Close</span>
      </button>
      {children}
    </div>
  );
}
