/*
 * Every key, for whoever presses `?`.
 */
import { useEffect, useRef } from "react";
import "./key-help.css";

/** What {@link KeyHelp} takes. */
export interface KeyHelpProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** Whether single letters do anything. */
  readonly areKeysOn: boolean;
  readonly onKeysOn: (areOn: boolean) => void;
}

type Key = readonly [keys: string, meaning: string];

const SECTIONS: readonly (readonly [title: string, keys: readonly Key[]])[] = [
  [
    "Everywhere",
    [
      ["g n", "Now"],
      ["g e", "Explore"],
      ["g c", "Compare"],
      ["g h", "Health"],
      ["/", "the query, or the field at the top"],
      ["t", "time range"],
      ["u", "UTC or local time"],
      [". or ,", "live on or off"],
      ["?", "these keys"],
      ["Esc", "one step back"],
    ],
  ],
  [
    "Lists and trees",
    [
      ["j k ↓ ↑", "next, previous row"],
      ["h l ← →", "collapse, expand"],
      ["Home End", "first, last row"],
      ["Enter", "open"],
    ],
  ],
  [
    "A trace",
    [
      ["1 … 6", "waterfall, tree, flame, table, map, logs"],
      ["n e c", "next match, error, critical span"],
      ["w a s d + − 0", "zoom and pan"],
      ["r", "fold repeats or not"],
    ],
  ],
  [
    "The field at the top",
    [
      ["4bf92f35…", "a trace, by its id or how it begins"],
      ["00-4bf9…-01", "a traceparent, or a log line with an id"],
      ["service:checkout duration>2s", "a query"],
      ["{ status = error }", "TraceQL"],
      ["> now explore compare health", "a screen"],
      ["> utc theme live", "a switch"],
    ],
  ],
];

/** A dialog; closed it is not there. */
export function KeyHelp({ isOpen, onClose, areKeysOn, onKeysOn }: KeyHelpProps) {
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
            {SECTIONS.map(([title, keys]) => (
              <section key={title}>
                <h3>{title}</h3>
                <dl>
                  {keys.map(([text, meaning]) => (
                    <div key={text}>
                      <dt>
                        <kbd>{text}</kbd>
                      </dt>
                      <dd>{meaning}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
          <footer>
            <label>
              <input
                type="checkbox"
                checked={areKeysOn}
                onChange={(event) => onKeysOn(event.target.checked)}
              />{" "}
              Keys that are one letter
            </label>
            <button type="button" className="button" onClick={onClose}>
              Close
            </button>
          </footer>
        </>
      )}
    </dialog>
  );
}
