/*
 * The lines over the heat map: which there are, and the words for them. The looks are told apart by
 * dashes as well as by colour.
 */
import { type HeatmapAnswer, SERVICE_HUE_COUNT } from "@spoor/trace";
import { useMemo } from "react";
import { type QueryInTime, rangeQuestion, useAnswer } from "../data/ask.ts";
import { problemOf } from "../data/api-client.ts";
import { countText } from "../design/time-text.ts";
import { serviceLooks } from "../design/service-colour.ts";
import { groupLines, percentileLines } from "../geometry/heat-lines.ts";
import type { DrawnLine } from "./heat-canvas.ts";
import "./heat-lines.css";

/** What is drawn over the heat map, and what is to be said of it. */
export interface HeatLinesState {
  readonly lines: readonly DrawnLine[];
  /** Values that have no line. */
  readonly otherCount: number;
  /** Why there are no lines; empty when there are, or will be. */
  readonly problem: string;
  readonly isWaiting: boolean;
}

/** What {@link useHeatLines} takes. */
export interface HeatLinesOptions {
  readonly kind: "percentiles" | "groups" | undefined;
  /** In TraceQL. */
  readonly asked: QueryInTime;
  readonly heat: HeatmapAnswer;
  /** The field of the groups. */
  readonly by: string;
}

/** As many as there are colours. */
const LINES_MAX = SERVICE_HUE_COUNT;
const PERCENTILE_DASHES = [[1, 3], [], [7, 3]] as const;
const STRIPED_DASHES = [8, 3] as const;
const NO_DASHES: readonly number[] = [];
const NO_LINES: readonly DrawnLine[] = [];

/** The lines. Percentiles are made of the heat map itself; groups are asked for. */
export function useHeatLines({ kind, asked, heat, by }: HeatLinesOptions): HeatLinesState {
  const q = `${asked.q === "" ? "{ }" : asked.q} | quantile_over_time(duration, 0.95) by (${by})`;
  // The steps of the heat map begin where it does: those of a time that moves on would not.
  const time = { from: heat.fromUnixNano, to: heat.toUnixNano };
  const groups = useAnswer(
    kind === "groups" ? rangeQuestion({ ...time, q }, heat.stepNano) : undefined,
  );
  const { data, error, isPlaceholderData } = groups;
  return useMemo(() => {
    const none = { lines: NO_LINES, otherCount: 0, problem: "", isWaiting: false };
    if (kind === undefined) return none;
    if (kind === "percentiles") {
      const lines = percentileLines(heat).map(({ name, nanos }, index) => ({
        name,
        nanos,
        hue: undefined,
        dashes: PERCENTILE_DASHES[index] ?? NO_DASHES,
      }));
      return { ...none, lines };
    }
    if (error !== null) return { ...none, problem: problemOf(error).detail };
    // The lines of a moment ago fit, unless the time was changed.
    const isOther = data?.stepNano !== heat.stepNano;
    if (data === undefined || isOther) return { ...none, isWaiting: true };
    const { lines, otherCount } = groupLines(data, LINES_MAX);
    const looks = serviceLooks(lines.map(({ name }) => name));
    const drawn = lines.map(({ name, nanos }) => {
      const look = looks.get(name);
      const dashes = look?.isStriped === true ? STRIPED_DASHES : NO_DASHES;
      return { name, nanos, hue: look?.hue, dashes };
    });
    return { ...none, lines: drawn, otherCount, isWaiting: isPlaceholderData };
  }, [kind, heat, data, error, isPlaceholderData]);
}

/** What {@link HeatLegend} takes. */
export interface HeatLegendProps {
  readonly state: HeatLinesState;
  /** What the lines are, before their names. */
  readonly title: string;
}

/** The names of the lines. */
export function HeatLegend({ state, title }: HeatLegendProps) {
  const { lines, otherCount, problem, isWaiting } = state;
  return (
    <div className="heat-legend" aria-live="polite">
      <span>{title}</span>
      {isWaiting && <span>asking…</span>}
      {problem !== "" && <span className="heat-legend-problem">no lines: {problem}</span>}
      <ul>
        {lines.map(({ name, hue, dashes }) => (
          <li key={name}>
            <svg width="22" height="8" aria-hidden="true">
              <line
                x1="0"
                x2="22"
                y1="4"
                y2="4"
                strokeWidth="2.5"
                stroke={hue === undefined ? "var(--ink)" : `var(--service-${hue})`}
                strokeDasharray={dashes.join(" ")}
              />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      {otherCount > 0 && <span>{countText(otherCount, "more value")} without a line</span>}
    </div>
  );
}
