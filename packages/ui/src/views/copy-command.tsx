import { CopyButton } from "../design/copy-button.tsx";
import "./copy-command.css";

/** The same as this page, for a terminal. */
export function CopyCommand({ text }: { readonly text: string }) {
  return (
    <span className="copy-command">
      <code title={text}>{text}</code>
      <CopyButton text={text} what="command" />
    </span>
  );
}
