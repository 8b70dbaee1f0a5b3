import { useEffect, useState } from "react";
import { clockText } from "../design/time-text.ts";
import { useStream, useStreamState } from "../data/stream-context.tsx";
import "./notices.css";

/** A blip that mends itself is not worth a banner. */
const SHOW_AFTER_MS = 1_500;

/** Says since when the server is lost, and that what is on the screen is from then. */
export function ConnectionBanner() {
  const stream = useStream();
  const { phase, lostAtMs, openCount } = useStreamState();
  const nowMs = useNow(phase === "lost");
  const elapsedMs = nowMs - lostAtMs;
  if (phase !== "lost" || elapsedMs < SHOW_AFTER_MS) return null;
  return (
    <output className="banner">
      <span>
        <span aria-hidden="true">▲ </span>
        {openCount === 0 ? "No live connection to spoor" : "Lost contact with spoor"}{" "}
        {Math.round(elapsedMs / 1000)} s ago, retrying.{" "}
        {openCount > 0 &&
          `What you see is from ${clockText(BigInt(lostAtMs) * 1_000_000n).slice(0, 8)}.`}
      </span>
      <button type="button" className="button" onClick={() => stream.resume()}>
        Retry now
      </button>
    </output>
  );
}

function useNow(isTicking: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isTicking]);
  return nowMs;
}
