/*
 * The colours of the style sheet, for canvases, which know no custom properties.
 */
import { SERVICE_HUE_COUNT } from "@spoor/trace";
import { useEffect, useState } from "react";

/** What canvases are painted with. */
export interface CanvasColours {
  readonly services: readonly string[];
  /** Readable on the colour of the service of the same index. */
  readonly onServices: readonly string[];
  readonly error: string;
  readonly surface: string;
  readonly ink: string;
  readonly accent: string;
  readonly shade: string;
  /** Of words and lines that stand back. */
  readonly quiet: string;
  readonly line: string;
}

/** The colours as they are now; anew when the theme changes. */
export function useCanvasColours(): CanvasColours {
  const [colours, setColours] = useState(readColours);
  useEffect(() => {
    const update = (): void => setColours(readColours());
    const queries = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"].map((query) =>
      matchMedia(query),
    );
    for (const query of queries) query.addEventListener("change", update);
    const observer = new MutationObserver(update);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      for (const query of queries) query.removeEventListener("change", update);
      observer.disconnect();
    };
  }, []);
  return colours;
}

/**
 * The colours as they are at this moment. An element computes `light-dark()`; reading the property
 * itself gives the text of it.
 */
export function readColours(): CanvasColours {
  const probe = document.createElement("span");
  document.body.append(probe);
  const read = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const hues = Array.from({ length: SERVICE_HUE_COUNT }, (_, hue) => hue);
  const colours = {
    services: hues.map((hue) => read(`service-${hue}`)),
    onServices: hues.map((hue) => read(`on-service-${hue}`)),
    error: read("error"),
    surface: read("surface"),
    ink: read("ink"),
    accent: read("accent"),
    shade: read("paper"),
    quiet: read("ink-3"),
    line: read("line"),
  };
  probe.remove();
  return colours;
}
