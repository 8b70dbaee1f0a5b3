import { useEffect, useState } from "react";

const CONFIRM_MS = 1_500;

/** What {@link CopyButton} takes. */
export interface CopyButtonProps {
  readonly text: string;
  /** What is copied, in words: "trace id". */
  readonly what: string;
}

/** Copies `text` and says whether that worked. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<"" | "copied" | "failed">("");
  useEffect(() => {
    if (outcome === "") return;
    const timer = setTimeout(() => setOutcome(""), CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    copyText(text).then(
      () => setOutcome("copied"),
      () => setOutcome("failed"),
    );
  };
  return (
    <button
      type="button"
      className="copy-button"
      onClick={copy}
      title={outcome === "failed" ? "The browser refused to copy" : `Copy ${what}`}
    >
      {outcome === "" ? <CopyGlyph /> : <span aria-hidden="true">{OUTCOME_GLYPH[outcome]}</span>}
      <span className="visually-hidden" aria-live="polite">
        {outcome === "" ? `Copy ${what}` : `${what} ${outcome}`}
      </span>
    </button>
  );
}

const OUTCOME_GLYPH = { copied: "✓", failed: "!" } as const;

function CopyGlyph() {
  return (
    <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" className="copy-glyph">
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M3.5 10.5h-1v-8h8v1" />
    </svg>
  );
}

/** `navigator.clipboard` is there only in secure contexts: https, and http on localhost. */
export async function copyText(text: string | Promise<string>): Promise<void> {
  // The types say it is always there.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) throw new Error("the clipboard needs https or localhost");
  await clipboard.writeText(await text);
}
