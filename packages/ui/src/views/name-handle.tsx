/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a rule across a page is no handle */
/*
 * The edge of the column of names, to be moved by pointer and by keys. Where it stands is kept in
 * the browser: it belongs to a reader's screen and not to what is read.
 */
import { type KeyboardEvent, type PointerEvent, useState } from "react";

const STORED_AS = "spoor.nameShare";
const SHARE_DEFAULT = 42;
const SHARE_MIN = 12;
const SHARE_MAX = 85;
const STEP = 2;

/** The share of the width that names have, in percent; undefined while nobody chose one. */
export function useNameShare(): readonly [
  share: number | undefined,
  setShare: (share: number | undefined) => void,
] {
  const [share, setShare] = useState(storedShare);
  return [
    share,
    (next) => {
      setShare(next);
      keepShare(next);
    },
  ];
}

function storedShare(): number | undefined {
  try {
    const text = localStorage.getItem(STORED_AS);
    return text === null || !/^\d{1,2}$/.test(text) ? undefined : within(Number(text));
  } catch {
    // A browser may forbid storage; then the page decides.
    return undefined;
  }
}

function keepShare(share: number | undefined): void {
  try {
    if (share === undefined) localStorage.removeItem(STORED_AS);
    else localStorage.setItem(STORED_AS, String(share));
  } catch {
    // As above.
  }
}

function within(share: number): number {
  return Math.min(SHARE_MAX, Math.max(SHARE_MIN, Math.round(share)));
}

/** What {@link NameHandle} takes. */
export interface NameHandleProps {
  readonly share: number | undefined;
  readonly onShare: (share: number | undefined) => void;
}

/** The handle; a double click, or Home, gives the width back to the page. */
export function NameHandle({ share = SHARE_DEFAULT, onShare }: NameHandleProps) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (event.key === "Home") onShare(undefined);
    else if (step === undefined) return;
    else onShare(within(share + step));
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const row = event.currentTarget.closest("[role=row]")?.getBoundingClientRect();
    if (row === undefined || row.width === 0) return;
    onShare(within(((event.clientX - row.left) / row.width) * 100));
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuenow={share}
      aria-valuemin={SHARE_MIN}
      aria-valuemax={SHARE_MAX}
      tabIndex={0}
      className="name-handle"
      title="Drag, or ← →; a double click resets"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={onPointerMove}
      onDoubleClick={() => onShare(undefined)}
    />
  );
}
