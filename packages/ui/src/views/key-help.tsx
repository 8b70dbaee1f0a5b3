/*
 * Every key, for whoever presses `?`: those of all pages, and those of the page that is open.
 */
import { useEffect, useRef, useState } from "react";
import { hasLetterKeys, setLetterKeys } from "../design/letter-keys.ts";
import "./key-help.css";

/** Keys that belong together. */
export interface KeySection {
  readonly title: string;
  /** Keys with spaces between them, and what they do. */
  readonly lines: readonly (readonly [keys: string, meaning: string])[];
  /** What is typed as it stands, and no keys. */
  readonly isText?: boolean;
}

/** What {@link KeyHelp} takes. */
export interface KeyHelpProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** The keys of the page that is open. */
  readonly sections: readonly KeySection[];
}

const EVERYWHERE: KeySection = {
  title: "Everywhere",
  lines: [
    ["g n", "Now"],
    ["g e", "Explore"],
    ["g c", "Compare"],
    ["g h", "Health"],
    ["g f", "a trace file"],
    ["/", "the query of the page, or the field at the top"],
    ["Ctrl+K", "likewise, from within a field too"],
    ["t", "time range"],
    ["u", "UTC or local time"],
    [". ,", "live on or off"],
    ["?", "these keys"],
    ["Esc", "one step back"],
  ],
};

const FIELD: KeySection = {
  title: "The field at the top takes",
  isText: true,
  lines: [
    ["4bf92f35…", "a trace, by its id or how it begins"],
    ["00-4bf9…-01", "a traceparent, or a log line with an id"],
    ["service:checkout duration>2s", "a query"],
    ["{ status = error }", "TraceQL"],
    ["> now explore compare health file", "a screen"],
    ["> utc theme live", "a switch"],
  ],
};

/** A dialog; closed it is not there. */
export function KeyHelp({ isOpen, onClose, sections }: KeyHelpProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} className="key-help" aria-labelledby="key-help-title" onClose={onClose}>
      {isOpen && (
        <>
          <h2 id="key-help-title">Keys</h2>
          <div className="key-sections">
            {[EVERYWHERE, ...sections, FIELD].map((section) => (
              <Section key={section.title} section={section} />
            ))}
          </div>
          <footer>
            <LetterKeys />
            <button type="button" className="button" onClick={onClose}>
              Close
            </button>
          </footer>
        </>
      )}
    </dialog>
  );
}

function Section({ section: { title, lines, isText = false } }: { readonly section: KeySection }) {
  return (
    <section className={isText ? "is-text" : ""}>
      <h3>{title}</h3>
      <dl>
        {lines.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              {isText ? (
                <code>{keys}</code>
              ) : (
                keys.split(" ").map((key) => <Key key={key} text={key} />)
              )}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Key({ text }: { readonly text: string }) {
  return text === "…" ? <span>…</span> : <kbd>{text}</kbd>;
}

/** People who dictate would set off keys that type something (WCAG 2.1.4). */
function LetterKeys() {
  const [areOn, setOn] = useState(hasLetterKeys);
  return (
    <label>
      <input
        type="checkbox"
        checked={areOn}
        onChange={(event) => {
          setLetterKeys(event.target.checked);
          setOn(event.target.checked);
        }}
      />{" "}
      Keys that are a single letter or sign
    </label>
  );
}
