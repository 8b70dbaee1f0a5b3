/*
 * Which rows exist while the waterfall scrolls.
 */

/** One row; also the smallest target size of WCAG 2.5.8. `--row-height` in the style sheet. */
export const ROW_HEIGHT_PX = 24;

/** Rows kept ready above and below, so that a scroll step does not show an empty edge. */
const OVERSCAN_ROWS = 4;
/** Whatever the size of the screen: the tree keeps to 600 elements, and a row has up to 11. */
const WINDOW_ROWS_MAX = 52;

/**
 * Browsers give up on elements of some 17 million pixels (Firefox) or 33 million (Chromium). Beyond
 * this height the scroll bar stands for more rows than it has pixels for.
 */
const HEIGHT_PX_MAX = 16_000_000;

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
  /** How far rows are moved up from where they belong, to meet the scroll position. */
  readonly shiftPx: number;
}

/** How high the element is that holds `count` rows. */
export function listHeightPx(count: number): number {
  return Math.min(HEIGHT_PX_MAX, count * ROW_HEIGHT_PX);
}

/** The rows that must exist for `view` of a list of `count` rows. */
export function rowWindow(view: View, count: number): RowWindow {
  const pageRows = Math.max(1, Math.floor(view.heightPx / ROW_HEIGHT_PX) - 1);
  const size = Math.min(WINDOW_ROWS_MAX, pageRows + 1 + 2 * OVERSCAN_ROWS, count);
  const overscan = Math.max(0, Math.floor((size - pageRows) / 2));
  const topPx = rowTopPx(view, count);
  const wish = Math.floor(topPx / ROW_HEIGHT_PX) - overscan;
  const first = Math.max(0, Math.min(wish, count - size));
  return { first, end: first + size, pageRows, shiftPx: topPx - view.scrollTopPx };
}

/** The scroll position nearest to the present one that shows the row at `place` whole. */
export function scrollTopFor(place: number, view: View, count: number): number {
  const topPx = place * ROW_HEIGHT_PX;
  // The heading row sticks to the top and covers one row.
  const roomPx = view.heightPx - 2 * ROW_HEIGHT_PX;
  const nowPx = rowTopPx(view, count);
  if (topPx >= nowPx && topPx - roomPx <= nowPx) return view.scrollTopPx;
  return (topPx < nowPx ? topPx : topPx - roomPx) / stretch(view, count);
}

/** Where the list would be scrolled to if it were as high as its rows. */
function rowTopPx(view: View, count: number): number {
  return view.scrollTopPx * stretch(view, count);
}

/** Pixels of rows for each pixel of scrolling: 1 but for very long lists. */
function stretch({ heightPx }: View, count: number): number {
  const rowsPx = count * ROW_HEIGHT_PX;
  const shownPx = listHeightPx(count);
  if (rowsPx === shownPx) return 1;
  const roomPx = heightPx - ROW_HEIGHT_PX;
  return (rowsPx - roomPx) / (shownPx - roomPx);
}
