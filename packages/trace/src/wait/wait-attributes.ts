/*
 * A wait report as flat attributes of a log record or an event, and back.
 *
 * 1. What the report says once stands under `spoor.wait.*`, its first holder under
 *    `spoor.wait.holder.*`, so that any log store can filter by them.
 * 2. Further holders are a list of maps with the same keys without the prefix.
 * 3. Queues, which only one report of each has, are lists of integers.
 * 4. Evidence is a list of texts `seen pg_locks: …`; remedies are two lists of equal length.
 *
 * Back is tolerant: whoever reads has a report of another version, or of a stranger. A key of a
 * wrong type is left out; without a kind there is no report.
 */
import { keys } from "../semconv/keys.ts";
import type { Attributes, AttributeValue } from "../span/attributes.ts";
import { holderFields, readHolder, readResource, resourceFields } from "./holder-attributes.ts";
import { isWaitKind } from "./wait-kind.ts";
import type {
  WaitEvidence,
  WaitHolder,
  WaitingSession,
  WaitQueue,
  WaitRemedy,
  WaitReport,
} from "./wait-report.ts";
import { FieldReader, fieldsOf } from "./wait-fields.ts";

/** The attributes of `report`; `waitFromAttributes` gives it back. */
export function waitToAttributes(report: WaitReport): Attributes {
  const [first, ...others] = report.holders;
  const { cost } = report;
  const fields: Record<string, AttributeValue | undefined> = {
    [keys.spoorWaitKind]: report.kind,
    [keys.spoorWaitCertainty]: report.certainty,
    [keys.spoorWaitObserved]: report.observedUnixNano,
    [keys.spoorWaitSince]: report.sinceUnixNano,
    [keys.spoorWaitMayHaveMore]: report.mayHaveMore || undefined,
    [keys.spoorWaitQueueCount]: report.queueCount > 0 ? BigInt(report.queueCount) : undefined,
    ...sharingFields(report),
    [keys.spoorWaitEvidence]: texts(report.evidence.map(evidenceText)),
    [keys.spoorWaitGaps]: texts(report.gaps),
    [keys.spoorWaitRemedyPurposes]: texts(report.remedies.map(({ purpose }) => purpose)),
    [keys.spoorWaitRemedyTexts]: texts(report.remedies.map(({ text }) => text)),
    [keys.spoorWaitQueryCount]: cost.queryCount > 0 ? BigInt(cost.queryCount) : undefined,
    [keys.spoorWaitBlockingCallCount]:
      cost.blockingCallCount > 0 ? BigInt(cost.blockingCallCount) : undefined,
    [keys.spoorWaitElapsedMs]: cost.elapsedMs === 0 ? undefined : cost.elapsedMs,
    [keys.spoorWaitHolders]: others.length === 0 ? undefined : others.map(holderMap),
  };
  return new Map([
    ...fieldsOf(fields, ""),
    ...fieldsOf(resourceFields(report.resource), `${keys.spoorWaitResource}.`),
    ...(first === undefined ? [] : fieldsOf(holderFields(first), `${keys.spoorWaitHolder}.`)),
  ]);
}

/** The report in `attributes`; undefined when they have no known `spoor.wait.kind`. */
export function waitFromAttributes(attributes: Attributes): WaitReport | undefined {
  const kind = attributes.get(keys.spoorWaitKind);
  if (!isWaitKind(kind)) return undefined;
  const read = new FieldReader(attributes, "");
  const resource = readResource(new FieldReader(attributes, `${keys.spoorWaitResource}.`));
  const sinceUnixNano = read.integer(keys.spoorWaitSince);
  const queue = readQueue(read);
  const session = readSession(read);
  return {
    kind,
    certainty: read.text(keys.spoorWaitCertainty) === "seen" ? "seen" : "probable",
    observedUnixNano: read.integer(keys.spoorWaitObserved) ?? 0n,
    ...(sinceUnixNano === undefined ? {} : { sinceUnixNano }),
    ...(resource === undefined ? {} : { resource }),
    holders: readHolders(attributes, read),
    mayHaveMore: read.flag(keys.spoorWaitMayHaveMore),
    queueCount: read.count(keys.spoorWaitQueueCount) ?? 0,
    ...(queue === undefined ? {} : { queue }),
    ...(session === undefined ? {} : { session }),
    evidence: read.texts(keys.spoorWaitEvidence).flatMap(readEvidence),
    gaps: read.texts(keys.spoorWaitGaps),
    remedies: readRemedies(read),
    cost: {
      queryCount: read.count(keys.spoorWaitQueryCount) ?? 0,
      blockingCallCount: read.count(keys.spoorWaitBlockingCallCount) ?? 0,
      elapsedMs: read.real(keys.spoorWaitElapsedMs) ?? 0,
    },
  };
}

/** What lets the answer of one instance serve another. */
function sharingFields({ queue, session }: WaitReport): Record<string, AttributeValue | undefined> {
  return {
    [keys.spoorWaitSessionServer]: session?.server,
    [keys.spoorWaitSessionId]: session === undefined ? undefined : BigInt(session.id),
    [keys.spoorWaitQueueServer]: queue?.server,
    [keys.spoorWaitQueueSessionIds]: ids(queue?.sessionIds),
    [keys.spoorWaitQueueTransactionSessionIds]: ids(queue?.transactionSessionIds),
  };
}

function readQueue(read: FieldReader): WaitQueue | undefined {
  const server = read.text(keys.spoorWaitQueueServer);
  if (server === undefined) return undefined;
  return {
    server,
    sessionIds: read.counts(keys.spoorWaitQueueSessionIds),
    transactionSessionIds: read.counts(keys.spoorWaitQueueTransactionSessionIds),
  };
}

function readSession(read: FieldReader): WaitingSession | undefined {
  const server = read.text(keys.spoorWaitSessionServer);
  const id = read.count(keys.spoorWaitSessionId);
  return server === undefined || id === undefined ? undefined : { server, id };
}

function ids(list: readonly number[] = []): AttributeValue | undefined {
  return list.length === 0 ? undefined : list.map(BigInt);
}

function texts(list: readonly string[]): AttributeValue | undefined {
  return list.length === 0 ? undefined : list;
}

function holderMap(holder: WaitHolder): AttributeValue {
  return new Map(fieldsOf(holderFields(holder), ""));
}

function readHolders(attributes: Attributes, read: FieldReader): WaitHolder[] {
  const first = readHolder(new FieldReader(attributes, `${keys.spoorWaitHolder}.`));
  const others = read
    .maps(keys.spoorWaitHolders)
    .flatMap((map) => readHolder(new FieldReader(map, "")) ?? []);
  return first === undefined ? others : [first, ...others];
}

function evidenceText({ certainty, source, fact }: WaitEvidence): string {
  return `${certainty} ${source}: ${fact}`;
}

function readEvidence(text: string): WaitEvidence[] {
  const match = /^(seen|probable) ([^:]*): (.*)$/su.exec(text);
  const [, certainty, source, fact] = match ?? [];
  if (source === undefined || fact === undefined) return [];
  return [{ certainty: certainty === "seen" ? "seen" : "probable", source, fact }];
}

function readRemedies(read: FieldReader): WaitRemedy[] {
  const remedies = read.texts(keys.spoorWaitRemedyTexts);
  return read.texts(keys.spoorWaitRemedyPurposes).flatMap((purpose, index) => {
    const text = remedies[index];
    return text === undefined ? [] : [{ purpose, text }];
  });
}
