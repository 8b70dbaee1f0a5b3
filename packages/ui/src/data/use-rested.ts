import { useEffect, useState } from "react";

/** `value` as it was when it last stood still for `restMs`. Compared by its JSON. */
export function useRested<T>(value: T, restMs: number): T {
  const [rested, setRested] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    // The text was made from a T and becomes one again.
    const timer = setTimeout(() => setRested(JSON.parse(text) as T), restMs);
    return () => clearTimeout(timer);
  }, [text, restMs]);
  return rested;
}
