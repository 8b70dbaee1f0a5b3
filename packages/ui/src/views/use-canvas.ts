import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** A canvas and how large it is on the screen, in CSS pixels. */
export interface Canvas {
  readonly ref: RefObject<HTMLCanvasElement | null>;
  readonly width: number;
  readonly height: number;
}

/**
 * A canvas that is painted by `paint` whenever `subject` or its size changes, with one pixel of the
 * canvas for each of the screen. `height` is fixed; the width is that of the element.
 */
export function useCanvas(
  height: number,
  subject: unknown,
  paint: (context: CanvasRenderingContext2D, size: { width: number; height: number }) => void,
): Canvas {
  const ref = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = (): void => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = ref.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined || width === 0) return;
    const ratio = devicePixelRatio;
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    paint(context, { width, height });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the subject is all that is painted
  }, [subject, width, height]);
  return { ref, width, height };
}
