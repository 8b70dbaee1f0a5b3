import type { Glyphs } from "./glyphs.ts";
import type { Palette } from "./palette.ts";
import { asciiText, visibleText } from "./visible-text.ts";
import type { RowChoice } from "./tree-rows.ts";

/** How a trace is to be drawn. */
export interface TreeView extends RowChoice {
  readonly isAscii: boolean;
  readonly glyphs: Glyphs;
  readonly palette: Palette;
  /** The width to cut titles to; undefined when a program reads, which needs them whole. */
  readonly columns: number | undefined;
  /**
   * 0: the tree alone. 1: attributes of marked spans. 2: of all spans. 3: events and links too.
   */
  readonly detailLevel: number;
  /** The start of the trace as it is to be printed. */
  readonly timeText: (unixNano: bigint) => string;
}

/** Text from elsewhere as it may be printed in this view. */
export function printable(text: string, { isAscii }: Pick<TreeView, "isAscii">): string {
  return isAscii ? asciiText(text) : visibleText(text);
}
