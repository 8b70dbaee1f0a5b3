/*
 * How one span compares with its like: "slower than 97 % of 1,204 in 24 h".
 */
import { formatDuration, OutlineFlag } from "@spoor/trace";
import { useEffect, useState } from "react";
import { baselineQuestion, useAnswer } from "../data/ask.ts";
import { countText } from "../design/time-text.ts";
import { durationOfRow, hasFlag, serviceOfRow, type TraceModel } from "./trace-model.ts";

const DAY_NANO = 86_400_000_000_000n;
/** Of fewer, a share says nothing. */
const COUNT_MIN = 10;
const REST_MS = 500;

/** What {@link UsualNote} takes. */
export interface UsualNoteProps {
  readonly model: TraceModel;
  readonly row: number;
  /** When the trace is looked at. The day before that counts; before an older trace, its own. */
  readonly nowMs: number;
}

/** What is usual for the operation of `row`; nothing for a trace that is not stored. */
export function UsualNote({ model, row, nowMs }: UsualNoteProps) {
  const { skeleton } = model.shape;
  const name = skeleton.names[skeleton.name[row] ?? -1] ?? "";
  const durationNano = durationOfRow(model, row);
  const isOver = !hasFlag(model.shape, row, OutlineFlag.open) && durationNano >= 1;
  const isAsked = useIsRested() && model.isStored && isOver && name !== "";
  const service = serviceOfRow(model, row);
  const time = dayBefore(skeleton.startTimeUnixNano, nowMs);
  const asked = baselineQuestion({ service, name, durationNano, ...time });
  const { data, isPlaceholderData } = useAnswer(isAsked ? asked : undefined);
  // Until the answer about this span is here, the one about the span before is no answer.
  if (!isAsked || data === undefined || isPlaceholderData) return null;
  const { spanCount, p50Nano, p95Nano, p99Nano, shorterShare } = data;
  if (spanCount === 0 || p50Nano === null || shorterShare === null) return null;
  const quantiles = [p50Nano, p95Nano ?? 0, p99Nano ?? 0].map(formatDuration);
  const title = `p50 ${quantiles[0]}, p95 ${quantiles[1]}, p99 ${quantiles[2]}`;
  if (spanCount < COUNT_MIN) {
    return (
      <span title={title}>
        {spanCount === 1
          ? "the only one in 24 h"
          : `usually ${formatDuration(p50Nano)}, of ${countText(spanCount, "span")} in 24 h`}
      </span>
    );
  }
  const isSlow = shorterShare >= 0.95;
  return (
    <span title={`${title}, of those in 24 h`} className={isSlow ? "is-unusual" : undefined}>
      {isSlow && <span aria-hidden="true">▲ </span>}
      {`slower than ${percentText(shorterShare)} of ${spanCount.toLocaleString("en")} in 24 h`}
    </span>
  );
}

/** Who walks through spans does not ask about each of them. */
function useIsRested(): boolean {
  const [isRested, setRested] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRested(true), REST_MS);
    return () => clearTimeout(timer);
  }, []);
  return isRested;
}

/** Never rounded up to all: `99.9 %`. */
function percentText(share: number): string {
  const percent = share * 100;
  return `${percent > 99 ? Math.floor(percent * 10) / 10 : Math.floor(percent)} %`;
}

/** Whole minutes, so that neighbours ask the same. */
function dayBefore(startUnixNano: bigint, nowMs: number): { from: string; to: string } {
  const isRecent = BigInt(Math.round(nowMs)) * 1_000_000n - startUnixNano < DAY_NANO;
  if (isRecent) return { from: "-1d", to: "now" };
  const to = startUnixNano - (startUnixNano % 60_000_000_000n) + 60_000_000_000n;
  return { from: String(to > DAY_NANO ? to - DAY_NANO : 0n), to: String(to) };
}
