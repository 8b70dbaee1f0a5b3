/*
 * Which rows exist while the waterfall scrolls.
 */

/** One row; also the smallest target size of WCAG 2.5.8. `--row-height` in the style sheet. */
export const ROW_HEIGHT_PX = 24;

/** Rows kept ready above and below, so that a scroll step does not show an empty edge. */
const OVERSCAN_ROWS = 4;
/** Whatever the size of the screen: the tree keeps to 600 elements, and a row has up to 11. */
const WINDOW_ROWS_MAX = 52;

/** What of the list is in sight. */
export interface View {
  readonly scrollTopPx: number;
  /** With the heading row, which covers the first of the rows in sight. */
  readonly heightPx: number;
}

/** The rows `[first, end)` exist. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
  /** How many rows a screen shows. */
  readonly pageRows: number;
}

/** The rows that must exist for `view` of a list of `count` rows. */
export function rowWindow(view: View, count: number): RowWindow {
  const pageRows = Math.max(1, Math.floor(view.heightPx / ROW_HEIGHT_PX) - 1);
  const size = Math.min(WINDOW_ROWS_MAX, pageRows + 1 + 2 * OVERSCAN_ROWS, count);
  const overscan = Math.max(0, Math.floor((size - pageRows) / 2));
  const wish = Math.floor(view.scrollTopPx / ROW_HEIGHT_PX) - overscan;
  const first = Math.max(0, Math.min(wish, count - size));
  return { first, end: first + size, pageRows };
}

/** The scroll position nearest to the present one that shows the row at `place` whole. */
export function scrollTopFor(place: number, view: View): number {
  const topPx = place * ROW_HEIGHT_PX;
  // The heading row sticks to the top and covers one row.
  const roomPx = view.heightPx - 2 * ROW_HEIGHT_PX;
  if (topPx < view.scrollTopPx) return topPx;
  return Math.max(view.scrollTopPx, topPx - roomPx);
}
