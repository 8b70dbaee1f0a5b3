import { type Coverage, formatDuration } from "@spoor/trace";
import { countText } from "../design/time-text.ts";
import type { HeatTotals } from "../geometry/heat-scale.ts";
import { CoverageNote } from "./coverage-note.tsx";
import "./result-head.css";

/** What {@link ResultHead} takes. */
export interface ResultHeadProps {
  readonly totals: HeatTotals;
  /** Of the time that was asked about. */
  readonly seconds: number;
  readonly coverage: Coverage;
}

/** Of every result: how many, how often, how many failed, how long, and what was read for it. */
export function ResultHead({ totals, seconds, coverage }: ResultHeadProps) {
  const { spanCount, errorCount, p50Nano, p95Nano, p99Nano, maxNano } = totals;
  const durations = [
    ["p50", p50Nano],
    ["p95", p95Nano],
    ["p99", p99Nano],
    ["max", maxNano],
  ] as const;
  return (
    <dl className="result-head" aria-label="Result">
      <Figure name="found" text={countText(spanCount, "span")} />
      <Figure name="rate" text={rateText(spanCount / seconds)} />
      <div className={errorCount > 0 ? "has-errors" : ""}>
        <dt>errors</dt>
        <dd>
          {errorCount > 0 && <span aria-hidden="true">✕ </span>}
          {shareText(spanCount === 0 ? 0 : errorCount / spanCount)}
        </dd>
      </div>
      {durations.map(([name, nano]) => (
        <Figure
          key={name}
          name={name}
          text={spanCount === 0 ? "–" : formatDuration(nano)}
          title="within 4.5 %"
        />
      ))}
      <div className="result-coverage">
        <dt className="visually-hidden">Read</dt>
        <dd>
          <CoverageNote coverage={coverage} />
        </dd>
      </div>
    </dl>
  );
}

function Figure(props: { readonly name: string; readonly text: string; readonly title?: string }) {
  return (
    <div title={props.title}>
      <dt>{props.name}</dt>
      <dd>{props.text}</dd>
    </div>
  );
}

/** `12.4/s`, and per minute or hour what is rarer. */
export function rateText(perSecond: number): string {
  if (perSecond === 0) return "0/s";
  if (perSecond >= 1) return `${short(perSecond)}/s`;
  return perSecond * 60 >= 1 ? `${short(perSecond * 60)}/min` : `${short(perSecond * 3600)}/h`;
}

/** `4.1 %`; what is not 0 never reads as 0, and what is not all never as 100. */
export function shareText(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  if (share < 0.0005) return "<0.1 %";
  if (share > 0.9995) return ">99.9 %";
  return `${short(share * 100)} %`;
}

function short(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(2)));
}
