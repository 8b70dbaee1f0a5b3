import { closeMenu, Menu } from "../design/menu.tsx";
import type { CopyKind } from "./use-copies.ts";

const ITEMS: readonly (readonly [what: CopyKind, text: string, keys: string])[] = [
  ["copyLink", "Link", "y l"],
  ["copyId", "Span id", "y i"],
  ["copyCommand", "Command for a terminal", "y c"],
  ["copyMarkdown", "Tree as Markdown", "y m"],
  ["copyCurl", "curl with traceparent", ""],
  ["copyOtlp", "OTLP JSON", "y o"],
  ["copySvg", "Picture (SVG)", "y s"],
];

/** The ways to copy a trace. `told` says what became of the last copy. */
export function CopyMenu(props: {
  readonly told: string;
  readonly onCopy: (what: CopyKind) => void;
}) {
  return (
    <>
      <output className="copied">{props.told}</output>
      <Menu text="Copy as" className="menu-end">
        <ul>
          {ITEMS.map(([what, text, keys]) => (
            <li key={what}>
              <button
                type="button"
                onClick={(event) => {
                  props.onCopy(what);
                  closeMenu(event.currentTarget);
                }}
              >
                {text} {keys !== "" && <kbd aria-hidden="true">{keys}</kbd>}
              </button>
            </li>
          ))}
        </ul>
      </Menu>
    </>
  );
}
