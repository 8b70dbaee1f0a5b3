import { useRef } from "react";
import type { CopyKind } from "./use-copies.ts";

const ITEMS: readonly (readonly [what: CopyKind, text: string, keys: string])[] = [
  ["copyLink", "Link", "y l"],
  ["copyId", "Span id", "y i"],
  ["copyCommand", "Command for a terminal", "y c"],
  ["copyMarkdown", "Tree as Markdown", "y m"],
  ["copyCurl", "curl with traceparent", ""],
];

/** The ways to copy a trace. `told` says what became of the last copy. */
export function CopyMenu(props: {
  readonly told: string;
  readonly onCopy: (what: CopyKind) => void;
}) {
  const details = useRef<HTMLDetailsElement>(null);
  return (
    <>
      <output className="copied">{props.told}</output>
      <details ref={details} className="copy-menu">
        <summary className="button button-quiet">Copy as</summary>
        <ul>
          {ITEMS.map(([what, text, keys]) => (
            <li key={what}>
              <button
                type="button"
                onClick={() => {
                  props.onCopy(what);
                  details.current?.removeAttribute("open");
                }}
              >
                {text} {keys !== "" && <kbd aria-hidden="true">{keys}</kbd>}
              </button>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
