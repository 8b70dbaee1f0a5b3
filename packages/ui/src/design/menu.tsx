import { type ReactNode, useEffect, useRef, useState } from "react";
import "./menu.css";

/** What {@link Menu} takes. */
export interface MenuProps {
  readonly text: string;
  readonly className?: string;
  /** Drawn while the menu is open. */
  readonly children: ReactNode;
}

/** A button and what it opens; Escape and whatever happens elsewhere close it. */
export function Menu({ text, className = "", children }: MenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const element = details.current;
    if (!isOpen || element === null) return;
    const onElsewhere = ({ target }: Event): void => {
      if (target instanceof Node && !element.contains(target)) element.open = false;
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") closed(element);
    };
    window.addEventListener("pointerdown", onElsewhere, { capture: true });
    window.addEventListener("focusin", onElsewhere);
    element.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("pointerdown", onElsewhere, { capture: true });
      window.removeEventListener("focusin", onElsewhere);
      element.removeEventListener("keydown", onKey);
    };
  }, [isOpen]);
  return (
    <details
      ref={details}
      className={`menu ${className}`}
      data-menu=""
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="button button-quiet">{text}</summary>
      {isOpen && children}
    </details>
  );
}

/** Closes the menu that `element` stands in, and gives the focus back to its button. */
export function closeMenu(element: Element): void {
  const menu = element.closest<HTMLDetailsElement>("[data-menu]");
  if (menu !== null) closed(menu);
}

function closed(menu: HTMLDetailsElement): void {
  menu.open = false;
  menu.querySelector("summary")?.focus();
}
