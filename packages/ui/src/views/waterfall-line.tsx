/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows of a table cannot be placed freely */
import { isErrorRow } from "@spoor/trace";
import { memo } from "react";
import { type CellProps, lineCells } from "./line-cells.tsx";
import { linePlace, spokenLine } from "./line-words.ts";

/** What {@link WaterfallLine} takes; the same while the line looks the same. */
export interface WaterfallLineProps extends Omit<CellProps, "place"> {
  /** Among the lines that are shown. */
  readonly index: number;
  /** Where it is drawn, which for very long lists is not where its index says. */
  readonly topPx: number;
  readonly isSelected: boolean;
  /** Whether it is what is looked for; undefined when nothing is. */
  readonly isMatch: boolean | undefined;
  readonly hasBar: boolean;
}

/** The id of the element of a line. */
export function lineElementId(index: number): string {
  return `line-${index}`;
}

/** One line of the waterfall. */
export const WaterfallLine = memo(function WaterfallLine(props: WaterfallLineProps) {
  const { model, line, extra, index, topPx, isSelected, isFolded, isMatch } = props;
  const place = linePlace(model, line, extra);
  const classes = [
    "waterfall-row",
    ...(isSelected ? ["is-selected"] : []),
    ...(isMatch === undefined ? [] : [isMatch ? "is-match" : "is-dim"]),
    ...(line >= 0 && isErrorRow(model.shape.rows, line) ? ["is-error"] : []),
  ];
  return (
    <div
      role="row"
      // Only the one that the grid names as its active descendant is looked for.
      id={isSelected ? lineElementId(index) : undefined}
      className={classes.join(" ")}
      style={{ top: topPx }}
      data-index={index}
      data-key={place.key}
      aria-rowindex={index + 2}
      aria-level={place.level}
      aria-posinset={place.position}
      aria-setsize={place.setSize}
      aria-expanded={place.canFold ? !isFolded : undefined}
      aria-selected={isSelected}
      aria-label={spokenLine(model, line, extra)}
    >
      {lineCells({ ...props, place })}
    </div>
  );
});
