import { useEffect, useState } from "react";
import "./notices.css";

/** An answer that comes sooner needs no words. */
const QUIET_MS = 400;
const TICK_MS = 1000;

/** What {@link Asking} takes. */
export interface AskingProps {
  /** `Asking` */
  readonly what: string;
}

/** That an answer is on its way; after some seconds for how long. */
export function Asking({ what }: AskingProps) {
  const [seconds, setSeconds] = useState<number>();
  useEffect(() => {
    const first = setTimeout(() => setSeconds(0), QUIET_MS);
    const timer = setInterval(() => setSeconds((before) => (before ?? 0) + 1), TICK_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, []);
  return (
    <output className="asking">
      {seconds !== undefined && `${what}…`}
      {seconds !== undefined && seconds >= 3 && ` ${seconds} s; a shorter time is read sooner`}
    </output>
  );
}
