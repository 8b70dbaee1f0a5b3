/*
 * How an application starts to send, in three lines for each language.
 */
import { useState } from "react";
import { CopyButton } from "../design/copy-button.tsx";
import { LANGUAGES } from "./set-up-languages.ts";
import "./set-up.css";

/** What {@link SetUp} takes. */
export interface SetUpProps {
  /** The address of the port that takes OTLP/HTTP. */
  readonly endpoint: string;
}

/** The languages as buttons, and the lines of one. */
export function SetUp({ endpoint }: SetUpProps) {
  const [chosen, setChosen] = useState("Node");
  const language = LANGUAGES.find(({ name }) => name === chosen);
  const lines = language?.lines(endpoint) ?? [];
  return (
    <div className="set-up">
      <fieldset>
        <legend className="visually-hidden">Language</legend>
        {LANGUAGES.map(({ name }) => (
          <button
            key={name}
            type="button"
            className="button"
            aria-pressed={name === chosen}
            onClick={() => setChosen(name)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <div className="set-up-lines">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
        <pre tabIndex={0} aria-label={`Three lines for ${chosen}`}>
          {lines.join("\n")}
        </pre>
        <CopyButton text={lines.join("\n")} what="lines" />
      </div>
    </div>
  );
}
