/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows of a table cannot be placed freely */
/* oxlint-disable jsx-a11y/click-events-have-key-events -- the page hears the keys of pictures */
/*
 * The waterfall: a tree grid of 24-pixel lines, of which only those in sight exist.
 *
 * The grid itself has the focus and names the selected line (aria-activedescendant), so that the
 * focus survives lines being recycled while it scrolls. React keys are places in the window and not
 * lines, which makes scrolling reuse the same elements.
 */
import { skeletonSpanId } from "@spoor/trace";
import {
  type CSSProperties,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { flushSync } from "react-dom";
import { type Tick, ticksOf } from "../geometry/time-scale.ts";
import {
  listHeightPx,
  type RowWindow,
  ROW_HEIGHT_PX,
  rowWindow,
  scrollTopFor,
} from "../geometry/row-window.ts";
import type { TimeWindow } from "../geometry/time-window.ts";
import { NameHandle, type NameHandleProps, useNameShare } from "./name-handle.tsx";
import { type LogMark } from "./span-bar.tsx";
import { isFolded, rowOfLine } from "./line-moves.ts";
import { showTip } from "./line-tips.ts";
import { spanOfRow, type TraceModel } from "./trace-model.ts";
import type { TraceSight } from "./trace-sight.ts";
import { lineElementId, WaterfallLine } from "./waterfall-line.tsx";
import "./waterfall.css";

/** Room for "1000.5 ms" and some air. */
const TICK_WIDTH_PX = 84;

/** What {@link Waterfall} takes. */
export interface WaterfallProps {
  readonly model: TraceModel;
  readonly sight: TraceSight;
  /** Names and times only, without bars. */
  readonly hasBars: boolean;
  /** Moments of log records, by row. */
  readonly logsOf: ReadonlyMap<number, readonly LogMark[]>;
  readonly onOpen: (line: number) => void;
  readonly onFold: (line: number) => void;
  /** Tells how many lines a screen shows. */
  readonly onPageRows: (rows: number) => void;
  /** The pointer is at this share of the width of the time, or has left it. */
  readonly onPoint: (share: number | undefined) => void;
  readonly onZoom: (by: { readonly factor: number; readonly anchor: number }) => void;
}

/** The lines of a trace against time. */
export function Waterfall(props: WaterfallProps) {
  const { model, sight, hasBars, onPageRows } = props;
  const { lines, place } = sight;
  const grid = useRef<HTMLDivElement>(null);
  const { window: rows, widthPx, heightPx } = useRowWindow(grid, lines.count);
  const { first, end } = rows;
  useSelectedInSight(grid, place, lines.count);
  useSpansInSight(model, sight, rows);
  useZoomWheel(grid, props.onZoom);
  const pageRows = Math.max(1, rows.pageRows - 1);
  useEffect(() => onPageRows(pageRows), [onPageRows, pageRows]);
  const [share, setShare] = useNameShare();
  const ticks = hasBars ? ticksOf(sight.window, tickCount(widthPx)) : [];
  return (
    <div
      ref={grid}
      className={hasBars ? "waterfall" : "waterfall is-tree"}
      role="treegrid"
      aria-label="Spans"
      aria-rowcount={lines.count + 1}
      aria-colcount={hasBars ? 4 : 3}
      aria-activedescendant={place >= first && place < end ? lineElementId(place) : undefined}
      tabIndex={0}
      style={nameStyle(share)}
      onClick={(event) => follow(event, props)}
      onPointerOver={(event) => showTip(event.target, props)}
      onPointerMove={(event) => props.onPoint(shareOf(event))}
      onPointerLeave={() => props.onPoint(undefined)}
    >
      <Head
        window={sight.window}
        ticks={ticks}
        hasBars={hasBars}
        heightPx={heightPx}
        share={share}
        onShare={setShare}
      />
      <div
        role="rowgroup"
        className="waterfall-body"
        style={{ height: listHeightPx(lines.count), ...tickStyle(sight.window, ticks) }}
      >
        {hasBars && (
          <div className="waterfall-row waterfall-lines" aria-hidden="true">
            <div style={{ height: heightPx - ROW_HEIGHT_PX }} />
          </div>
        )}
        {linesIn(rows, props)}
      </div>
    </div>
  );
}

/** The lines of a window, each at its place in it, so that scrolling reuses their elements. */
function linesIn({ first, end, shiftPx }: RowWindow, props: WaterfallProps): ReactNode[] {
  const { model, sight, hasBars } = props;
  const { lines, place } = sight;
  return Array.from({ length: end - first }, (_, offset) => {
    const index = first + offset;
    const line = lines.lines[index] ?? 0;
    const extra = line < 0 ? lines.extras[-1 - line] : undefined;
    return (
      <WaterfallLine
        // The place in the window, so that elements are reused.
        key={index % (end - first)}
        model={model}
        line={line}
        extra={extra}
        span={line >= 0 ? spanOfRow(model, line) : undefined}
        index={index}
        topPx={index * ROW_HEIGHT_PX - shiftPx}
        isSelected={index === place}
        isFolded={isFolded(sight.folds, line, extra)}
        isMatch={line >= 0 && sight.matches !== undefined ? sight.matches[line] === 1 : undefined}
        window={sight.window}
        logs={line >= 0 ? props.logsOf.get(line) : undefined}
        hasBar={hasBars}
      />
    );
  });
}

function Head(
  props: NameHandleProps & {
    readonly window: TimeWindow;
    readonly ticks: readonly Tick[];
    readonly hasBars: boolean;
    readonly heightPx: number;
  },
) {
  const { window, ticks, hasBars, heightPx } = props;
  const { fromNano, toNano } = window;
  const share = (nano: number): number => (nano - fromNano) / (toNano - fromNano);
  return (
    <div role="rowgroup" className="waterfall-head">
      <div role="row" className="waterfall-row" aria-rowindex={1}>
        <div role="columnheader">
          Span
          {hasBars && <NameHandle share={props.share} onShare={props.onShare} />}
        </div>
        <div role="columnheader" className="number" title="Duration without that of its children">
          Self
        </div>
        <div role="columnheader" className="number">
          Total
        </div>
        {hasBars && (
          <div role="columnheader" className="ruler" aria-label="Time">
            {ticks.map(({ offsetNano, text }) => (
              <span
                key={offsetNano}
                className={share(offsetNano) > 0.9 ? "tick tick-last" : "tick"}
                style={{ left: `${share(offsetNano) * 100}%` }}
              >
                {text}
              </span>
            ))}
            <div className="crosshair crosshair-window" style={{ height: heightPx }} />
          </div>
        )}
      </div>
    </div>
  );
}

function nameStyle(share: number | undefined): CSSProperties | undefined {
  if (share === undefined) return undefined;
  // React knows no custom properties, but passes them on.
  return { "--name-width": `${share}%` } as CSSProperties;
}

function tickCount(widthPx: number): number {
  return Math.max(2, Math.floor((widthPx * 0.5) / TICK_WIDTH_PX));
}

/** Where the lines of the grid stand: the first, and how far apart. */
function tickStyle(window: TimeWindow, ticks: readonly Tick[]): Record<string, string> {
  const length = window.toNano - window.fromNano;
  const [first, second] = ticks;
  const step = ((second?.offsetNano ?? window.toNano) - (first?.offsetNano ?? 0)) / length;
  const start = ((first?.offsetNano ?? 0) - window.fromNano) / length;
  return { "--tick-step": String(Math.min(0.999, step)), "--tick-start": String(start) };
}

function follow(event: MouseEvent, { onOpen, onFold, sight }: WaterfallProps): void {
  const { target } = event;
  if (!(target instanceof Element) || target.closest("a, [role=separator]") !== null) return;
  const index = target.closest<HTMLElement>("[data-index]")?.dataset["index"];
  const line = index === undefined ? undefined : sight.lines.lines[Number(index)];
  if (line === undefined) return;
  if (target.closest("[data-twisty]") === null) onOpen(line);
  else onFold(line);
}

/** Where the pointer is over the time, as a share of its width. */
function shareOf(event: MouseEvent): number | undefined {
  const { target } = event;
  const time = target instanceof Element ? target.closest(".span-time, .ruler") : null;
  if (time === null) return undefined;
  const { left, width } = time.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - left) / width));
}

interface Viewed {
  readonly window: RowWindow;
  readonly widthPx: number;
  readonly heightPx: number;
}

function useRowWindow(grid: RefObject<HTMLDivElement | null>, count: number): Viewed {
  const [view, setView] = useState({ scrollTopPx: 0, heightPx: 800, widthPx: 1200 });
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null) return;
    const measure = (): void => {
      const { clientHeight: heightPx, clientWidth: widthPx, scrollTop } = element;
      // Whole rows: between two of them the same rows are in sight, and nothing is drawn anew. In a
      // list that is longer than it can be high, every pixel is another row.
      const isShort = listHeightPx(count) === count * ROW_HEIGHT_PX;
      const scrollTopPx = isShort ? scrollTop - (scrollTop % ROW_HEIGHT_PX) : scrollTop;
      setView((before) =>
        before.scrollTopPx === scrollTopPx &&
        before.heightPx === heightPx &&
        before.widthPx === widthPx
          ? before
          : { scrollTopPx, heightPx, widthPx },
      );
    };
    measure();
    // In the frame in which it scrolled: otherwise each step is painted twice, once without rows.
    const onScroll = (): void => flushSync(measure);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [grid, count]);
  const { widthPx, heightPx } = view;
  return { window: rowWindow(view, count), widthPx, heightPx };
}

/** Scrolls as little as needed to bring the selected line into sight, when the selection moves. */
function useSelectedInSight(
  grid: RefObject<HTMLDivElement | null>,
  place: number,
  count: number,
): void {
  useEffect(() => {
    const element = grid.current;
    if (element === null || place < 0) return;
    const { scrollTop: scrollTopPx, clientHeight: heightPx } = element;
    element.scrollTo({ top: scrollTopFor(place, { scrollTopPx, heightPx }, count) });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- more lines are no move of the reader
  }, [grid, place]);
}

/** Reads what the lines in sight say, and draws them anew when it has come. */
function useSpansInSight(model: TraceModel, sight: TraceSight, { first, end }: RowWindow): void {
  const { spans, shape } = model;
  useSyncExternalStore(spans.subscribe, () => spans.version);
  useEffect(() => {
    if (spans.isWhole) return;
    const ids: string[] = [];
    for (let index = first; index < end; index += 1) {
      const row = rowOfLine({ model, sight }, sight.lines.lines[index] ?? 0);
      if (row !== -1) ids.push(skeletonSpanId(shape.skeleton, row));
    }
    spans.want("lines", ids);
  }, [spans, shape, model, sight, first, end]);
}

/** Ctrl and the wheel zoom round the pointer, as in every map. */
function useZoomWheel(
  grid: RefObject<HTMLDivElement | null>,
  onZoom: WaterfallProps["onZoom"],
): void {
  const zoom = useRef(onZoom);
  useEffect(() => {
    zoom.current = onZoom;
  }, [onZoom]);
  useEffect(() => {
    const element = grid.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      const time = element.querySelector(".ruler")?.getBoundingClientRect();
      if (time === undefined) return;
      event.preventDefault();
      const anchor = Math.min(1, Math.max(0, (event.clientX - time.left) / time.width));
      zoom.current({ factor: Math.exp(event.deltaY * 0.0025), anchor });
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [grid]);
}
