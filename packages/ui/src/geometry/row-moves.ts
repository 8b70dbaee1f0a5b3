/** A move of the selection by the keyboard. */
export type RowMove = "up" | "down" | "first" | "last" | "pageUp" | "pageDown";

/** Where `move` leads from place `from` (-1: nowhere yet) among `count` rows; -1 for no rows. */
export function movedPlace(
  move: RowMove,
  {
    from,
    count,
    pageRows,
  }: { readonly from: number; readonly count: number; readonly pageRows: number },
): number {
  const last = count - 1;
  const step: Record<RowMove, number> = {
    up: from - 1,
    down: from + 1,
    first: 0,
    last,
    pageUp: from - pageRows,
    pageDown: from + pageRows,
  };
  return Math.min(last, Math.max(0, step[move]));
}
