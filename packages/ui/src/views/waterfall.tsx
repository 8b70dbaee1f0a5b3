/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows of a table cannot be placed freely */
/*
 * The waterfall: a tree grid of 24-pixel rows, of which only those in sight exist.
 *
 * The grid itself has the focus and names the selected row (aria-activedescendant), so that the
 * focus survives rows being recycled while it scrolls. React keys are places in the window and not
 * rows, which makes scrolling reuse the same elements.
 */
import {
  type CSSProperties,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type Tick, ticksOf, type TimeScale } from "../geometry/time-scale.ts";
import { visibleRows, type WaterfallRow } from "../geometry/waterfall-rows.ts";
import { type RowWindow, ROW_HEIGHT_PX, rowWindow, scrollTopFor } from "../geometry/row-window.ts";
import type { TraceModel } from "./trace-model.ts";
import { actionOfKey, type WaterfallAction } from "./waterfall-keys.ts";
import { rowElementId, WaterfallRowView } from "./waterfall-row.tsx";
import "./waterfall.css";

/** Room for "1000.5 ms" and some air. */
const TICK_WIDTH_PX = 84;

/** What {@link Waterfall} takes. */
export interface WaterfallProps {
  readonly model: TraceModel;
  readonly collapsed: ReadonlySet<string>;
  /** The key of the selected row; empty for none. */
  readonly selectedKey: string;
  readonly onAction: (action: WaterfallAction) => void;
}

/** The rows of a trace against time. */
export function Waterfall({ model, collapsed, selectedKey, onAction }: WaterfallProps) {
  const grid = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => visibleRows(model.rows, collapsed), [model, collapsed]);
  const { window, widthPx } = useRowWindow(grid, rows.length);
  const place = rows.findIndex((row) => row.key === selectedKey);
  useSelectedInSight(grid, place);
  const isInWindow = place >= window.first && place < window.end;
  const pageRows = Math.max(1, window.pageRows - 1);
  const ticks = ticksOf(model.scale, Math.max(2, Math.floor((widthPx * 0.5) / TICK_WIDTH_PX)));
  const tickStep = (ticks[1]?.offsetNano ?? model.scale.durationNano) / model.scale.durationNano;
  return (
    <div
      ref={grid}
      className="waterfall"
      role="treegrid"
      aria-label="Spans"
      aria-rowcount={rows.length + 1}
      aria-colcount={4}
      aria-activedescendant={isInWindow ? rowElementId(selectedKey) : undefined}
      tabIndex={0}
      onKeyDown={(event) => {
        const action = actionOfKey(event, { rows, all: model.rows, place, collapsed, pageRows });
        if (action === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        onAction(action);
      }}
      onClick={(event) => {
        const action = actionOfClick(event.target, rows);
        if (action !== undefined) onAction(action);
      }}
    >
      <Head scale={model.scale} ticks={ticks} />
      <div
        role="rowgroup"
        className="waterfall-body"
        // React knows no custom properties, but passes them on.
        style={
          {
            height: rows.length * ROW_HEIGHT_PX,
            "--tick-step": `${tickStep * 100}%`,
          } as CSSProperties
        }
      >
        {rows.slice(window.first, window.end).map((row, index) => (
          <WaterfallRowView
            // The place in the window, so that elements are reused.
            key={(window.first + index) % (window.end - window.first)}
            model={model}
            row={row}
            place={window.first + index}
            isSelected={row.key === selectedKey}
            isCollapsed={collapsed.has(row.key)}
          />
        ))}
      </div>
    </div>
  );
}

function Head({ scale, ticks }: { readonly scale: TimeScale; readonly ticks: readonly Tick[] }) {
  return (
    <div role="rowgroup" className="waterfall-head">
      <div role="row" className="waterfall-row" aria-rowindex={1}>
        <div role="columnheader">Span</div>
        <div role="columnheader" className="number" title="Duration without that of its children">
          Self
        </div>
        <div role="columnheader" className="number">
          Total
        </div>
        <div role="columnheader" className="ruler" aria-label="Time">
          {ticks.map(({ offsetNano, text }) => (
            <span
              key={offsetNano}
              className={offsetNano > scale.durationNano * 0.9 ? "tick tick-last" : "tick"}
              style={{ left: `${(offsetNano / scale.durationNano) * 100}%` }}
            >
              {text}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

function actionOfClick(
  target: EventTarget,
  rows: readonly WaterfallRow[],
): WaterfallAction | undefined {
  if (!(target instanceof Element)) return undefined;
  const element = target.closest<HTMLElement>("[data-key]");
  const row = rows.find(({ key }) => key === element?.dataset["key"]);
  if (row === undefined) return undefined;
  const isTwisty = target.closest("[data-twisty]") !== null;
  return isTwisty ? { kind: "fold", row } : { kind: "open", row };
}

interface Viewed {
  readonly window: RowWindow;
  readonly widthPx: number;
}

function useRowWindow(grid: RefObject<HTMLDivElement | null>, count: number): Viewed {
  const [view, setView] = useState({ scrollTopPx: 0, heightPx: 800, widthPx: 1200 });
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null) return;
    const follow = (): void => {
      // Whole rows: between two of them the same rows are in sight, and nothing is drawn anew.
      const scrollTopPx = element.scrollTop - (element.scrollTop % ROW_HEIGHT_PX);
      const { clientHeight: heightPx, clientWidth: widthPx } = element;
      setView((before) =>
        before.scrollTopPx === scrollTopPx &&
        before.heightPx === heightPx &&
        before.widthPx === widthPx
          ? before
          : { scrollTopPx, heightPx, widthPx },
      );
    };
    follow();
    const observer = new ResizeObserver(follow);
    observer.observe(element);
    element.addEventListener("scroll", follow, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", follow);
    };
  }, [grid]);
  return { window: rowWindow(view, count), widthPx: view.widthPx };
}

/** Scrolls as little as needed to bring the selected row into sight, when the selection moves. */
function useSelectedInSight(grid: RefObject<HTMLDivElement | null>, place: number): void {
  useEffect(() => {
    const element = grid.current;
    if (element === null || place < 0) return;
    const { scrollTop: scrollTopPx, clientHeight: heightPx } = element;
    element.scrollTo({ top: scrollTopFor(place, { scrollTopPx, heightPx }) });
  }, [grid, place]);
}
