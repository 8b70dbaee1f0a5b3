/** The signs of a drawing, in one of two character sets. */
export interface Glyphs {
  readonly branch: string;
  readonly lastBranch: string;
  readonly rail: string;
  readonly noRail: string;
  /** Before the lines that tell more about a span. */
  readonly detail: string;
  readonly slow: string;
  readonly error: string;
  readonly orphan: string;
  readonly open: string;
  readonly ellipsis: string;
  readonly times: string;
  /** Before how much of a value is there. */
  readonly cut: string;
}

/** For terminals that show UTF-8. */
export const UNICODE_GLYPHS: Glyphs = {
  branch: "├── ",
  lastBranch: "└── ",
  rail: "│   ",
  noRail: "    ",
  detail: "┆   ",
  slow: "← slow",
  error: "✗",
  orphan: "?",
  open: "▷",
  ellipsis: "…",
  times: "×",
  cut: "✂",
};

/** For all others, and for `--ascii`. */
export const ASCII_GLYPHS: Glyphs = {
  branch: "|-- ",
  lastBranch: "`-- ",
  rail: "|   ",
  noRail: "    ",
  detail: ":   ",
  slow: "<- slow",
  error: "x",
  orphan: "?",
  open: ">",
  ellipsis: "...",
  times: "x",
  cut: "8<",
};
