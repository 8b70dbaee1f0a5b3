import type { Coverage } from "@spoor/trace";
import { countText } from "../design/time-text.ts";
import "./notices.css";

/** How far an answer can be trusted. Warns where something is missing, else only says the cost. */
export function CoverageNote({ coverage }: { readonly coverage: Coverage }) {
  const { capped, complete, sampledRate, scannedRows, tookMs } = coverage;
  const warnings = [
    capped === null ? "" : `cut at ${capped.limit.toLocaleString("en")} ${capped.unit}`,
    capped === null && !complete ? "incomplete: a part of the store did not answer" : "",
    sampledRate < 1 ? `sampled: ${(sampledRate * 100).toPrecision(2)} % of spans were kept` : "",
  ].filter((text) => text !== "");
  return (
    <span className="coverage">
      {warnings.map((text) => (
        <strong key={text} className="coverage-warning">
          ▲ {text}
        </strong>
      ))}
      <span>
        read {countText(scannedRows, "row")} in {tookText(tookMs)}
      </span>
    </span>
  );
}

function tookText(tookMs: number): string {
  return tookMs < 1 ? "<1 ms" : `${Math.round(tookMs).toLocaleString("en")} ms`;
}
