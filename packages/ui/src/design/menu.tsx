import { type ReactNode, useEffect, useRef, useState } from "react";
import "./menu.css";

/** What {@link Menu} takes. */
export interface MenuProps {
  readonly text: string;
  readonly className?: string;
  /** Drawn while the menu is open; `close` closes it and gives the focus back. */
  readonly children: (close: () => void) => ReactNode;
}

/** A button and what it opens; Escape and whatever happens elsewhere close it. */
export function Menu({ text, className = "", children }: MenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = (): void => {
    details.current?.removeAttribute("open");
    details.current?.querySelector("summary")?.focus();
  };
  useEffect(() => {
    if (!isOpen) return;
    const onElsewhere = ({ target }: Event): void => {
      const { current } = details;
      if (target instanceof Node && current?.contains(target) === false) current.open = false;
    };
    window.addEventListener("pointerdown", onElsewhere, { capture: true });
    window.addEventListener("focusin", onElsewhere);
    return () => {
      window.removeEventListener("pointerdown", onElsewhere, { capture: true });
      window.removeEventListener("focusin", onElsewhere);
    };
  }, [isOpen]);
  return (
    <details
      ref={details}
      className={`menu ${className}`}
      data-menu=""
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <summary className="button button-quiet">{text}</summary>
      {isOpen && children(close)}
    </details>
  );
}
