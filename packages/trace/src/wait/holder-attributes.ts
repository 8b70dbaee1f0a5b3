/*
 * Holders and resources as fields of a map, and back. The keys are those after
 * `spoor.wait.holder.` and `spoor.wait.resource.`.
 */
import type { AttributeValue } from "../span/attributes.ts";
import type { FieldReader } from "./wait-fields.ts";
import {
  type HolderRole,
  type HolderSession,
  type HolderSpan,
  type Instrumentation,
  type ProcessIdentity,
  RESOURCE_KINDS,
  type ResourceKind,
  type WaitHolder,
  type WaitResource,
} from "./wait-report.ts";

type Fields = Record<string, AttributeValue | undefined>;

/** What `undefined` properties are to `exactOptionalPropertyTypes`: not there. */
type Known<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function known<T extends object>(fields: T): Known<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  // Only entries without undefined are left, which is what the type says.
  return Object.fromEntries(entries) as Known<T>;
}

const integer = (value: number | undefined): bigint | undefined =>
  value === undefined ? undefined : BigInt(value);

/** The fields of a resource, none for none. */
export function resourceFields(resource: WaitResource | undefined): Fields {
  return {
    kind: resource?.kind,
    name: resource?.name,
    row: resource?.row,
    primary_key: resource?.primaryKey,
    lock_type: resource?.lockType,
    lock_mode: resource?.lockMode,
  };
}

/** The resource in these fields; undefined without a known kind. */
export function readResource(read: FieldReader, prefix = ""): WaitResource | undefined {
  const kind = read.text(`${prefix}kind`);
  if (kind === undefined || !isResourceKind(kind)) return undefined;
  return {
    kind,
    ...known({
      name: read.text(`${prefix}name`),
      row: read.text(`${prefix}row`),
      primaryKey: read.text(`${prefix}primary_key`),
      lockType: read.text(`${prefix}lock_type`),
      lockMode: read.text(`${prefix}lock_mode`),
    }),
  };
}

function isResourceKind(text: string): text is ResourceKind {
  return Object.hasOwn(RESOURCE_KINDS, text);
}

/** The fields of a holder. */
export function holderFields(holder: WaitHolder): Fields {
  return {
    role: holder.role,
    instrumented: holder.instrumentation,
    client_gone: holder.isClientGone || undefined,
    process_unknown: holder.processUnknown,
    prepared_transaction: holder.preparedTransaction,
    prepared_unix_nano: holder.preparedUnixNano,
    trace_id: holder.span?.traceId,
    span_id: holder.span?.spanId,
    call_site: holder.span?.callSite,
    ...sessionFields(holder.session),
    ...processFields(holder.process),
    ...Object.fromEntries(
      Object.entries(resourceFields(holder.resource)).map(([key, value]) => [
        `waits_for.${key}`,
        value,
      ]),
    ),
  };
}

function sessionFields(session: HolderSession | undefined): Fields {
  return {
    "session.system": session?.system,
    "session.id": integer(session?.id),
    "session.server": session?.server,
    "session.user": session?.user,
    "session.application": session?.application,
    "session.address": session?.address,
    "session.port": integer(session?.port),
    "session.state": session?.state,
    "session.wait": session?.waitsFor,
    "session.statement": session?.statement,
    "session.statement_is_last": session?.isStatementLast,
    "session.transaction_start_unix_nano": session?.transactionStartUnixNano,
    "session.statement_start_unix_nano": session?.statementStartUnixNano,
    "session.state_change_unix_nano": session?.stateChangeUnixNano,
  };
}

function processFields(process: ProcessIdentity | undefined): Fields {
  const hidden = process?.hiddenArgumentCount;
  return {
    "process.pid": integer(process?.pid),
    "process.command": process?.command,
    "process.executable": process?.executable,
    "process.hidden_argument_count": integer(hidden === 0 ? undefined : hidden),
    "process.host": process?.host,
    "process.uid": integer(process?.uid),
    "process.unit": process?.unit,
    "process.container_id": process?.containerId,
    "process.service_name": process?.serviceName,
    "process.pod_name": process?.podName,
    "process.started_unix_nano": process?.startedUnixNano,
    "process.parent_pid": integer(process?.parentPid),
    "process.parent_command": process?.parentCommand,
  };
}

/** The holder in these fields; undefined without a known role. */
export function readHolder(read: FieldReader): WaitHolder | undefined {
  const role = read.text("role");
  if (role === undefined || !isRole(role)) return undefined;
  return {
    role,
    instrumentation: readInstrumentation(read.text("instrumented")),
    isClientGone: read.flag("client_gone"),
    ...known({
      session: readSession(read),
      preparedTransaction: read.text("prepared_transaction"),
      preparedUnixNano: read.integer("prepared_unix_nano"),
      process: readProcess(read),
      processUnknown: read.text("process_unknown"),
      span: readSpan(read),
      resource: readResource(read, "waits_for."),
    }),
  };
}

function isRole(text: string): text is HolderRole {
  return text === "root" || text === "between" || text === "cycle";
}

function readInstrumentation(text: string | undefined): Instrumentation {
  return text === "yes" || text === "no" ? text : "unknown";
}

function readSession(read: FieldReader): HolderSession | undefined {
  const system = read.text("session.system");
  const id = read.count("session.id");
  if (system === undefined || id === undefined) return undefined;
  const isLast = read.flag("session.statement_is_last");
  return {
    system,
    id,
    ...known({
      server: read.text("session.server"),
      user: read.text("session.user"),
      application: read.text("session.application"),
      address: read.text("session.address"),
      port: read.count("session.port"),
      state: read.text("session.state"),
      waitsFor: read.text("session.wait"),
      statement: read.text("session.statement"),
      isStatementLast: read.has("session.statement_is_last") ? isLast : undefined,
      transactionStartUnixNano: read.integer("session.transaction_start_unix_nano"),
      statementStartUnixNano: read.integer("session.statement_start_unix_nano"),
      stateChangeUnixNano: read.integer("session.state_change_unix_nano"),
    }),
  };
}

function readProcess(read: FieldReader): ProcessIdentity | undefined {
  const pid = read.count("process.pid");
  const command = read.text("process.command");
  if (pid === undefined || command === undefined) return undefined;
  return {
    pid,
    command,
    hiddenArgumentCount: read.count("process.hidden_argument_count") ?? 0,
    ...known({
      executable: read.text("process.executable"),
      host: read.text("process.host"),
      uid: read.count("process.uid"),
      unit: read.text("process.unit"),
      containerId: read.text("process.container_id"),
      serviceName: read.text("process.service_name"),
      podName: read.text("process.pod_name"),
      startedUnixNano: read.integer("process.started_unix_nano"),
      parentPid: read.count("process.parent_pid"),
      parentCommand: read.text("process.parent_command"),
    }),
  };
}

function readSpan(read: FieldReader): HolderSpan | undefined {
  const traceId = read.text("trace_id");
  const spanId = read.text("span_id");
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, ...known({ callSite: read.text("call_site") }) };
}
