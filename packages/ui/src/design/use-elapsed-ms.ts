import { useEffect, useState } from "react";

/** Four steps a second: a growing bar that does not flicker. */
const STEP_MS = 250;

/**
 * How long `subject` is on the screen, in steps of a quarter of a second; begins anew with another
 * subject. Stands still at 0 while `isRunning` is false, and for people who asked for less motion.
 */
export function useElapsedMs(subject: unknown, isRunning: boolean): number {
  const [elapsed, setElapsed] = useState({ subject, ms: 0 });
  useEffect(() => {
    if (!isRunning || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const timer = setInterval(
      () =>
        setElapsed((before) => ({
          subject,
          ms: (before.subject === subject ? before.ms : 0) + STEP_MS,
        })),
      STEP_MS,
    );
    return () => clearInterval(timer);
  }, [subject, isRunning]);
  return elapsed.subject === subject ? elapsed.ms : 0;
}
