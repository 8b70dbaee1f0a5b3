import type { StatusAnswer } from "@spoor/trace";
import { countText } from "../design/time-text.ts";
import "./status-line.css";

/** At the foot of the home page: who listens, what came in, and every loss since the start. */
export function StatusLine({ status }: { readonly status: StatusAnswer }) {
  const { received, losses, store, listeners, version } = status;
  return (
    <footer className="status-line">
      <span>{countText(received.spans, "span")} received since the start</span>
      {listeners
        .filter(({ name }) => name !== "UI and API")
        .map(({ name, port }) => (
          <span key={name}>
            {name} <code>:{port}</code>
          </span>
        ))}
      <span title={store.path}>
        {store.driver}
        {!store.ready && <strong className="status-warning"> ▲ not ready</strong>}
      </span>
      {losses
        .filter(({ count }) => count > 0)
        .map(({ reason, count, meaning }) => (
          <strong key={reason} className="status-warning" title={meaning}>
            ▲ {count.toLocaleString("en")} × {reason}
          </strong>
        ))}
      <span className="status-version">spoor {version}</span>
    </footer>
  );
}
