/*
 * What stands on the home page before the first span: who listens, since when, what to try, and
 * what went wrong with those who tried.
 */
import type { ClientMistake, ListenerStatus, StatusAnswer } from "@spoor/trace";
import { CopyButton } from "../design/copy-button.tsx";
import { clockText, exactTimeText } from "../design/time-text.ts";
import { SetUp } from "./set-up.tsx";
import "./first-run.css";

/** Shown while the store has no trace. */
export function FirstRun({ status }: { readonly status: StatusAnswer }) {
  const http = status.listeners.find(({ name }) => name === "OTLP/HTTP");
  const startedAtUnixNano = BigInt(status.startedAtUnixNano);
  return (
    <section className="first-run" aria-labelledby="first-run-title">
      <h1 id="first-run-title">Nothing has arrived yet.</h1>
      <p className="first-run-lead">
        Listening on <Listeners listeners={status.listeners} /> since{" "}
        <time title={exactTimeText(startedAtUnixNano)}>
          {clockText(startedAtUnixNano).slice(0, 8)}
        </time>
        .
      </p>
      <ol className="first-run-steps">
        <li>
          <h2>Send one test trace</h2>
          <p>Over both ports; it also says what would be in the way:</p>
          <Command text={`npx spoor doctor --url ${location.origin}`} />
        </li>
        {http !== undefined && (
          <li>
            <h2>Or start your application with it</h2>
            <p>Any OpenTelemetry SDK or Collector sends here; three lines each:</p>
            <SetUp endpoint={`http://${hostText(http.host)}:${http.port}`} />
          </li>
        )}
        <li>
          <h2>No application at hand?</h2>
          <p>Three services and a database take orders. In the directory of Spoor:</p>
          <Command text="npm run demo" />
        </li>
      </ol>
      <p className="first-run-wait">
        <span className="pulse" aria-hidden="true" />
        This page changes by itself when the first span comes in.
      </p>
      <ConnectionSeen status={status} />
      <Mistakes mistakes={status.mistakes} />
    </section>
  );
}

function Listeners({ listeners }: { readonly listeners: readonly ListenerStatus[] }) {
  const receivers = listeners.filter(({ name }) => name !== "UI and API");
  if (receivers.length === 0) return <>no port that takes spans</>;
  return receivers.map(({ name, host, port }, index) => (
    <span key={name}>
      {index > 0 && " and "}
      <code>
        {hostText(host)}:{port}
      </code>{" "}
      ({name.replace("OTLP/", "")})
    </span>
  ));
}

/** What others call this host: what listens on all addresses has no name of its own. */
function hostText(host: string): string {
  if (host === "127.0.0.1" || host === "::1") return "localhost";
  return host === "0.0.0.0" || host === "::" ? location.hostname : host;
}

function Command({ text }: { readonly text: string }) {
  return (
    <p className="command">
      <code>{text}</code>
      <CopyButton text={text} what="command" />
    </p>
  );
}

function ConnectionSeen({ status }: { readonly status: StatusAnswer }) {
  const { connections, lastConnectionFrom, spans } = status.received;
  // A refused request says more than a guess at causes.
  if (connections === 0 || spans > 0 || status.mistakes.length > 0) return null;
  return (
    <p className="first-run-notice">
      <strong>A client connected</strong>
      {lastConnectionFrom !== "" && (
        <>
          {" "}
          from <code>{lastConnectionFrom}</code>
        </>
      )}{" "}
      but sent no spans. Usual causes: the SDK was loaded after your code, the sampler is off, or
      the program ended before its spans were exported. <code>npx spoor doctor</code> says whether
      spans arrive at all.
    </p>
  );
}

/** What senders did wrong, newest first. */
export function Mistakes({ mistakes }: { readonly mistakes: readonly ClientMistake[] }) {
  if (mistakes.length === 0) return null;
  return (
    <div className="first-run-notice">
      <strong>
        {mistakes.length === 1 ? "A request was refused." : "Requests were refused, newest first."}
      </strong>
      <ul>
        {mistakes.map((mistake) => (
          <li key={`${mistake.atUnixNano} ${mistake.from} ${mistake.reason}`}>
            <time title={exactTimeText(BigInt(mistake.atUnixNano))}>
              {clockText(BigInt(mistake.atUnixNano)).slice(0, 8)}
            </time>{" "}
            <code>{mistake.from}</code> {mistake.message}
          </li>
        ))}
      </ul>
    </div>
  );
}
