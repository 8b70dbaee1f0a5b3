/*
 * What hangs, under who holds it up: the first thing on the home page, because whoever opens it
 * during an incident came for this.
 */
import {
  formatDuration,
  type InflightAnswer,
  type InflightGroup,
  type InflightHolder,
  type InflightRequest,
  type OpenSpanName,
  type ReportingInstance,
} from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { CopyButton } from "../design/copy-button.tsx";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { countText } from "../design/time-text.ts";
import { useElapsedMs } from "../design/use-elapsed-ms.ts";
import "./hanging-now.css";

/** Everything that hangs; one quiet line when nothing does. */
export function HangingNow({ answer }: { readonly answer: InflightAnswer }) {
  const isHanging = answer.requestCount > 0;
  const elapsedMs = useElapsedMs(answer, isHanging);
  if (!isHanging) {
    return (
      <section className="now now-calm" aria-label="Now">
        <p>
          {answer.sentence} <SlowestLink answer={answer} />
        </p>
        <Instances instances={answer.instances} />
      </section>
    );
  }
  const looks = serviceLooks(
    answer.groups.flatMap(({ requests }) =>
      requests.flatMap(({ top, deepest }) => [top.service, deepest.service]),
    ),
  );
  return (
    <section className="now" aria-label="Now">
      <h2 className="now-sentence">{answer.sentence}</h2>
      {answer.groups.map((group) => (
        <Group key={group.holder?.key ?? ""} group={group} looks={looks} elapsedMs={elapsedMs} />
      ))}
      {!answer.complete && (
        <p className="now-more">
          Not everything is listed here: {countText(answer.openSpanCount, "open span")} known
          {answer.unlistedSpanCount > 0 &&
            `, ${answer.unlistedSpanCount.toLocaleString("en")} more only counted by their processes`}
          .
        </p>
      )}
      <Instances instances={answer.instances} />
    </section>
  );
}

/** The way to what the calm line names. */
function SlowestLink({ answer: { running } }: { readonly answer: InflightAnswer }) {
  const { slowest, requestCount } = running;
  if (slowest === null) return null;
  const { traceId, top } = slowest;
  return (
    <>
      <Link to="/t/$traceId" params={{ traceId }} search={{ s: top.spanId }}>
        Show it
      </Link>
      {requestCount > 1 && ` or ${countText(requestCount - 1, "other running request")}.`}
    </>
  );
}

interface GroupProps {
  readonly group: InflightGroup;
  readonly looks: ReadonlyMap<string, ServiceLook>;
  readonly elapsedMs: number;
}

function Group({ group, looks, elapsedMs }: GroupProps) {
  const { holder, requests, requestCount } = group;
  return (
    <div className="now-group">
      {holder === null ? (
        <h3 className="now-holder">Nobody known to hold them up</h3>
      ) : (
        <Holder holder={holder} requestCount={requestCount} />
      )}
      <ul className="now-requests">
        {requests.map((request) => (
          <Request
            key={request.traceId}
            request={request}
            looks={looks}
            elapsedMs={elapsedMs}
            isAlone={holder === null}
          />
        ))}
      </ul>
      {requestCount > requests.length && (
        <p className="now-more">and {countText(requestCount - requests.length, "more request")}</p>
      )}
      {holder !== null && <HolderFacts holder={holder} />}
    </div>
  );
}

function Holder(props: { readonly holder: InflightHolder; readonly requestCount: number }) {
  const { holder, requestCount } = props;
  return (
    <h3 className="now-holder">
      <span className="now-glyph" aria-hidden="true">
        ‖
      </span>
      {capitalised(holder.certainty === "seen" ? holder.verb : `probably ${holder.verb}`)}{" "}
      {holder.traceId === "" ? (
        holder.text
      ) : (
        <Link to="/t/$traceId" params={{ traceId: holder.traceId }}>
          {holder.text}
        </Link>
      )}
      <span className="now-quiet">
        {holder.resource !== "" && `${holder.resource} · `}
        {countText(requestCount, "request")}
      </span>
    </h3>
  );
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface RequestProps {
  readonly request: InflightRequest;
  readonly looks: ReadonlyMap<string, ServiceLook>;
  readonly elapsedMs: number;
  /** Without a holder above it that says what it waits for. */
  readonly isAlone: boolean;
}

function Request({ request, looks, elapsedMs, isAlone }: RequestProps) {
  const { traceId, top, deepest, isZombie, isGone, sentence } = request;
  // Of a process that is gone nobody knows how much longer it was open.
  const growsMs = isGone ? 0 : elapsedMs;
  return (
    <li>
      <Monogram service={top.service} look={looks.get(top.service)} />
      <span className="now-service">{top.service}</span>
      <Link to="/t/$traceId" params={{ traceId }} search={{ s: deepest.spanId }}>
        {top.title === "" ? "(no name)" : top.title}
      </Link>
      <Age span={top} growsMs={growsMs} />
      {isZombie && <span className="now-zombie">✕ nobody waits for it any more</span>}
      {isGone && <span className="now-zombie">✕ its process is gone</span>}
      {top.spanId !== deepest.spanId && (
        <span className="now-deepest">
          └ <Monogram service={deepest.service} look={looks.get(deepest.service)} />
          {deepest.service} → {deepest.title} <Age span={deepest} growsMs={growsMs} />
        </span>
      )}
      {isAlone && <span className="now-deepest">{sentence}</span>}
    </li>
  );
}

function Age({ span, growsMs }: { readonly span: OpenSpanName; readonly growsMs: number }) {
  return (
    <span className="now-age">
      <span aria-hidden="true">▷ </span>
      <span className="visually-hidden">open for </span>
      {formatDuration((span.ageMs + growsMs) * 1e6)}
    </span>
  );
}

/** What it rests on, what is not known, and what may be done about it: to copy, never to press. */
function HolderFacts({ holder }: { readonly holder: InflightHolder }) {
  return (
    <ul className="now-facts">
      {holder.evidence.map((fact) => (
        <li key={fact}>seen in {fact}</li>
      ))}
      {holder.gaps.map((gap) => (
        <li key={gap}>not known: {gap}</li>
      ))}
      {holder.remedies.map(({ purpose, text }) => (
        <li key={text}>
          <code>{text}</code> <CopyButton text={text} what="statement" /> {purpose}
        </li>
      ))}
    </ul>
  );
}

const STATES: Readonly<Record<ReportingInstance["state"], string>> = {
  reporting: "reporting",
  silent: "silent",
  gone: "gone",
  spans_only: "only sends spans",
};

function Instances({ instances }: { readonly instances: readonly ReportingInstance[] }) {
  if (instances.length === 0) return null;
  return (
    <details className="now-instances">
      <summary>{countText(instances.length, "instance")}</summary>
      <ul>
        {instances.map(({ service, instance, state, heardMsAgo }) => (
          <li key={`${service} ${instance}`}>
            {service} {instance} · <strong>{STATES[state]}</strong> · heard{" "}
            {formatDuration(heardMsAgo * 1e6)} ago
          </li>
        ))}
      </ul>
    </details>
  );
}
