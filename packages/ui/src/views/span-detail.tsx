/*
 * Everything that is known about one span, with every field that OTLP carries.
 */
import {
  errorText,
  formatDuration,
  openSpanSentence,
  OutlineFlag,
  peerOf,
  serviceName,
  type Span,
  spanKindName,
  type SpanEvent,
  type SpanLink,
  spanTitle,
  StatusCode,
  statusCodeName,
} from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { CopyButton } from "../design/copy-button.tsx";
import { Monogram } from "../design/monogram.tsx";
import { clockText, countText, exactDurationText, exactTimeText } from "../design/time-text.ts";
import { DetailHead } from "./detail-head.tsx";
import { AttributeList } from "./attribute-list.tsx";
import { isAnswered, isOutgoing } from "../geometry/trace-map.ts";
import { signedDuration } from "./line-words.ts";
import { LinkingSpans } from "./linking-spans.tsx";
import { durationOfRow, hasFlag, movedOfRow, type TraceModel } from "./trace-model.ts";
import { UsualNote } from "./usual-note.tsx";
import "./span-detail.css";

/** What {@link SpanDetail} takes. */
export interface SpanDetailProps {
  readonly model: TraceModel;
  readonly row: number;
  readonly span: Span;
  readonly nowMs: number;
  /** Looks for other spans with this attribute. */
  readonly onFind: (key: string, value: string) => void;
  readonly onClose: () => void;
}

/** The detail panel of one span. */
export function SpanDetail(props: SpanDetailProps) {
  const { model, row, span, nowMs, onFind, onClose } = props;
  const [filter, setFilter] = useState("");
  const service = serviceName(span.resource);
  return (
    <aside className="detail" aria-label="Span detail">
      <DetailHead title={spanTitle(span) || "(no name)"} onClose={onClose}>
        <p className="detail-service">
          <Monogram service={service} look={model.looks.get(service)} /> {service}
          <span className="quiet">{spanKindName(span.kind)}</span>
        </p>
      </DetailHead>
      <div className="detail-body">
        <StatusLine span={span} />
        <State model={model} row={row} />
        <Times row={row} span={span} model={model} />
        <p className="detail-usual">
          <UsualNote model={model} row={row} nowMs={nowMs} />
        </p>
        <Callee model={model} row={row} span={span} />
        <DroppedCounts span={span} />
        <input
          className="field detail-filter"
          type="search"
          placeholder="Filter attributes"
          aria-label="Filter attributes"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <Section title="Attributes" count={span.attributes.size}>
          <AttributeList attributes={span.attributes} filter={filter} onFind={onFind} />
        </Section>
        <Events span={span} filter={filter} />
        <Links links={span.links} filter={filter} />
        {model.isStored && <LinkingSpans span={span} key={`${span.traceId} ${span.spanId}`} />}
        <Section title="Resource" count={span.resource.attributes.size}>
          <AttributeList attributes={span.resource.attributes} filter={filter} onFind={onFind} />
          <SchemaUrl url={span.resource.schemaUrl} />
          {span.resource.entityRefs.map((ref) => (
            <p key={`${ref.type} ${ref.idKeys.join()}`} className="detail-note">
              Entity <code>{ref.type}</code>, identified by <code>{ref.idKeys.join(", ")}</code>
            </p>
          ))}
        </Section>
        <Scope span={span} filter={filter} />
        <Ids span={span} />
      </div>
    </aside>
  );
}

/** Who is called and sends no spans: the picture has a dashed bar for it. */
function Callee({ model, row, span }: Pick<SpanDetailProps, "model" | "row" | "span">) {
  if (!isOutgoing(model.shape.rows, row) || isAnswered(model.shape, row)) return null;
  const { callee, calleeType } = peerOf(span);
  if (callee === "") return null;
  const kind = { database: "the database ", messaging: "the queue ", external: "" }[calleeType];
  return (
    <p className="detail-note">
      Calls {kind}
      <bdi>{callee.slice(0, 400)}</bdi>, which has no spans of its own in this trace.
    </p>
  );
}

function Section(props: {
  readonly title: string;
  readonly count?: number;
  readonly children: ReactNode;
}) {
  const { title, count, children } = props;
  return (
    <section className="detail-section">
      <h3>
        {title}
        {count !== undefined && <span className="quiet"> {count}</span>}
      </h3>
      {children}
    </section>
  );
}

function StatusLine({ span }: { readonly span: Span }) {
  const { code } = span.status;
  if (code !== StatusCode.error) {
    return <p className="detail-status">Status {statusCodeName(code)}</p>;
  }
  const text = errorText(span);
  return (
    <p className="detail-status detail-status-error">
      <span aria-hidden="true">✕ </span>
      {text === "" ? "Error, without a message" : text}
    </p>
  );
}

/** Whether it has ended, and how anybody knows when it has not. TraceQL has it as `span:state`. */
function State({ model, row }: Pick<SpanDetailProps, "model" | "row">) {
  const open = model.openOf.get(row);
  if (open === undefined) {
    const waited = model.waitedOf.get(row);
    const holders = (model.holdersOf.get(row) ?? []).map(({ verb, who }) => `${verb} ${who}`);
    return (
      <p className="detail-status" title="span:state = ended">
        State ended{waited !== undefined && `: ${[waited, ...holders].join(", ")}`}
      </p>
    );
  }
  const heard = formatDuration(open.heardMsAgo * 1e6);
  return (
    <p className="detail-status" title={`span:state = ${open.state}`}>
      <span aria-hidden="true">▷ </span>State {open.state}:{" "}
      {openSpanSentence(open, model.running.nowUnixNano)}
      <span className="quiet">
        {" "}
        ({open.source}, heard {heard} ago)
      </span>
    </p>
  );
}

function Times(props: { readonly row: number; readonly span: Span; readonly model: TraceModel }) {
  const { row, span, model } = props;
  const { shape } = model;
  const durationNano = durationOfRow(model, row);
  const selfNano = shape.selfNano[row] ?? 0;
  const startNano = shape.rows.startNano[row] ?? 0;
  const movedNano = movedOfRow(model, row);
  return (
    <dl className="detail-times">
      <Fact name="Duration" title={exactDurationText(durationNano)}>
        {hasFlag(shape, row, OutlineFlag.timeMissing) ? "no time" : formatDuration(durationNano)}
      </Fact>
      <Fact name="Self" title={exactDurationText(selfNano)}>
        {formatDuration(selfNano)}
      </Fact>
      <Fact name="Starts at" title={exactDurationText(startNano)}>
        +{formatDuration(startNano)}
      </Fact>
      {movedNano !== 0 && (
        <Fact name="Clock moved" title={exactDurationText(movedNano)}>
          {signedDuration(movedNano)}
        </Fact>
      )}
      <Fact name="Clock" title={exactTimeText(span.startTimeUnixNano)}>
        {clockText(span.startTimeUnixNano)}
      </Fact>
      <div className="detail-exact">
        <dt>Exactly</dt>
        <dd>
          <code>{exactDurationText(span.endTimeUnixNano - span.startTimeUnixNano)}</code>
          {span.startTimeUnixNano > 0n && (
            <>
              {" from "}
              <code>{exactTimeText(span.startTimeUnixNano)}</code>
              <CopyButton text={exactTimeText(span.startTimeUnixNano)} what="start time" />
            </>
          )}
        </dd>
      </div>
    </dl>
  );
}

function Fact(props: {
  readonly name: string;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd title={props.title}>{props.children}</dd>
    </div>
  );
}

/** What the sender itself left out. */
function DroppedCounts({ span }: { readonly span: Span }) {
  const dropped = [
    [span.droppedAttributesCount, "attribute"],
    [span.droppedEventsCount, "event"],
    [span.droppedLinksCount, "link"],
    [span.resource.droppedAttributesCount, "resource attribute"],
    [span.scope.droppedAttributesCount, "scope attribute"],
  ] as const;
  const texts = dropped
    .filter(([count]) => count > 0)
    .map(([count, noun]) => countText(count, noun));
  return <DroppedNote text={texts.join(", ")} />;
}

function DroppedNote({ text }: { readonly text: string }) {
  if (text === "") return null;
  return (
    <p className="detail-dropped">
      <span aria-hidden="true">▲ </span>The sender dropped {text} before exporting.
    </p>
  );
}

function Events({ span, filter }: { readonly span: Span; readonly filter: string }) {
  if (span.events.length === 0) return null;
  return (
    <Section title="Events" count={span.events.length}>
      <ol>
        {span.events.map((event, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- an event has no name but its place
          <EventItem key={index} event={event} span={span} filter={filter} />
        ))}
      </ol>
    </Section>
  );
}

function EventItem(props: {
  readonly event: SpanEvent;
  readonly span: Span;
  readonly filter: string;
}) {
  const { event, span, filter } = props;
  const offsetNano = event.timeUnixNano - span.startTimeUnixNano;
  const sign = offsetNano < 0n ? "" : "+";
  return (
    <li className="detail-item">
      <p>
        <strong>{event.name === "" ? "(no name)" : event.name}</strong>
        <span
          className="quiet"
          title={`${exactDurationText(offsetNano)} after the start, ${exactTimeText(event.timeUnixNano)}`}
        >
          {event.timeUnixNano === 0n ? "no time" : `${sign}${formatDuration(offsetNano)}`}
        </span>
      </p>
      <AttributeList attributes={event.attributes} filter={filter} />
      {event.droppedAttributesCount > 0 && (
        <DroppedNote text={countText(event.droppedAttributesCount, "attribute of this event")} />
      )}
    </li>
  );
}

function Links({
  links,
  filter,
}: {
  readonly links: readonly SpanLink[];
  readonly filter: string;
}) {
  if (links.length === 0) return null;
  return (
    <Section title="Links" count={links.length}>
      <ol>
        {links.map((link, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- one span may be linked twice
          <li key={index} className="detail-item">
            <p>
              <Link
                to="/t/$traceId"
                params={{ traceId: link.traceId }}
                search={{ s: link.spanId, d: "1" }}
                className="code"
              >
                {link.traceId.slice(0, 8)}… / {link.spanId}
              </Link>
              <CopyButton text={link.traceId} what="trace id of the link" />
            </p>
            {link.traceState !== "" && <p className="detail-note">tracestate {link.traceState}</p>}
            {link.flags !== 0 && <p className="detail-note">flags {flagsText(link.flags)}</p>}
            <AttributeList attributes={link.attributes} filter={filter} />
            {link.droppedAttributesCount > 0 && (
              <DroppedNote
                text={countText(link.droppedAttributesCount, "attribute of this link")}
              />
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Scope({ span, filter }: { readonly span: Span; readonly filter: string }) {
  const { scope } = span;
  return (
    <Section title="Instrumentation scope">
      <p className="detail-note">
        <code>{scope.name === "" ? "(no name)" : scope.name}</code>{" "}
        {scope.version !== "" && <span className="quiet">{scope.version}</span>}
      </p>
      <AttributeList attributes={scope.attributes} filter={filter} />
      <SchemaUrl url={scope.schemaUrl} />
    </Section>
  );
}

function SchemaUrl({ url }: { readonly url: string }) {
  if (url === "") return null;
  return (
    <p className="detail-note">
      Schema <code>{url}</code>
    </p>
  );
}

function Ids({ span }: { readonly span: Span }) {
  const rows = [
    ["Span id", span.spanId],
    ["Parent", span.parentSpanId],
    ["Trace id", span.traceId],
    ["Trace state", span.traceState],
  ] as const;
  return (
    <Section title="Ids">
      <dl className="detail-ids">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {text === "" ? <span className="quiet">none</span> : <code>{text}</code>}
              {text !== "" && <CopyButton text={text} what={name.toLowerCase()} />}
            </dd>
          </div>
        ))}
        <div>
          <dt>Flags</dt>
          <dd>
            <code>{flagsText(span.flags)}</code>
          </dd>
        </div>
      </dl>
    </Section>
  );
}

/** Bit 0 is "sampled" (W3C Trace Context); bits 8 and 9 tell whether the parent is remote. */
function flagsText(flags: number): string {
  const words = [
    (flags & 0x01) === 0 ? "" : "sampled",
    (flags & 0x02) === 0 ? "" : "random",
    (flags & 0x100) === 0 ? "" : (flags & 0x200) === 0 ? "parent local" : "parent remote",
  ].filter((word) => word !== "");
  const hex = `0x${flags.toString(16).padStart(2, "0")}`;
  return words.length === 0 ? hex : `${hex} (${words.join(", ")})`;
}
