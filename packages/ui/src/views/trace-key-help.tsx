import { type RefObject, useState } from "react";
import { hasLetterKeys, setLetterKeys } from "../design/letter-keys.ts";
import { KEY_HELP } from "./trace-keys.ts";
import "./trace-key-help.css";

/** All keys of the page; `?` opens it, Esc closes it. */
export function TraceKeyHelp({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  const [isOn, setIsOn] = useState(hasLetterKeys);
  return (
    <dialog ref={dialog} className="trace-key-help" aria-labelledby="trace-key-help-title">
      <div className="trace-key-help-head">
        <h2 id="trace-key-help-title">Keys</h2>
        <button
          type="button"
          className="button button-quiet"
          onClick={() => dialog.current?.close()}
        >
          <span aria-hidden="true">✕</span>
          <span className="visually-hidden">Close</span>
        </button>
      </div>
      <div className="trace-key-help-groups">
        {KEY_HELP.map(({ title, lines }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {lines.map(([keys, text]) => (
                <div key={keys}>
                  <dt>
                    {keys.split(" ").map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="trace-key-help-choice">
        <input
          type="checkbox"
          checked={isOn}
          onChange={(event) => {
            setLetterKeys(event.target.checked);
            setIsOn(event.target.checked);
          }}
        />
        Keys that are a single letter or sign
      </label>
    </dialog>
  );
}
