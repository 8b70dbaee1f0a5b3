import * as fc from "fast-check";
import { WAIT_KINDS, type WaitKind } from "./wait-kind.ts";
import {
  RESOURCE_KINDS,
  type ResourceKind,
  type WaitHolder,
  type WaitReport,
  type WaitResource,
} from "./wait-report.ts";

const kinds = Object.keys(WAIT_KINDS) as WaitKind[];
const resourceKinds = Object.keys(RESOURCE_KINDS) as ResourceKind[];
const text = fc.string({ unit: "binary" });
const id = fc.nat();
const time = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

const resource = fc.record(
  {
    kind: fc.constantFrom(...resourceKinds),
    name: text,
    row: text,
    primaryKey: text,
    lockType: text,
    lockMode: text,
  },
  { noNullPrototype: true, requiredKeys: ["kind"] },
) as fc.Arbitrary<WaitResource>;

const holder = fc.record(
  {
    role: fc.constantFrom("root", "between", "cycle"),
    instrumentation: fc.constantFrom("yes", "no", "unknown"),
    isClientGone: fc.boolean(),
    processUnknown: text,
    preparedTransaction: text,
    preparedUnixNano: time,
    span: fc.record(
      { traceId: text, spanId: text, callSite: text },
      { noNullPrototype: true, requiredKeys: ["traceId", "spanId"] },
    ),
    session: fc.record(
      {
        system: text,
        id,
        server: text,
        user: text,
        application: text,
        address: text,
        port: id,
        state: text,
        waitsFor: text,
        statement: text,
        isStatementLast: fc.boolean(),
        transactionStartUnixNano: time,
        statementStartUnixNano: time,
        stateChangeUnixNano: time,
      },
      { noNullPrototype: true, requiredKeys: ["system", "id"] },
    ),
    process: fc.record(
      {
        pid: id,
        command: text,
        hiddenArgumentCount: id,
        executable: text,
        host: text,
        uid: id,
        unit: text,
        containerId: text,
        serviceName: text,
        podName: text,
        startedUnixNano: time,
        parentPid: id,
        parentCommand: text,
      },
      { noNullPrototype: true, requiredKeys: ["pid", "command", "hiddenArgumentCount"] },
    ),
    resource,
  },
  { noNullPrototype: true, requiredKeys: ["role", "instrumentation", "isClientGone"] },
) as fc.Arbitrary<WaitHolder>;

/** Any report, with holders of every kind and texts that try to break the encoding. */
export const randomWaitReport = fc.record(
  {
    kind: fc.constantFrom(...kinds),
    certainty: fc.constantFrom("seen", "probable"),
    observedUnixNano: time,
    sinceUnixNano: time,
    resource,
    holders: fc.array(holder, { maxLength: 4 }),
    mayHaveMore: fc.boolean(),
    queueCount: id,
    queue: fc.record(
      { server: text, sessionIds: fc.array(id), transactionSessionIds: fc.array(id) },
      { noNullPrototype: true },
    ),
    session: fc.record({ server: text, id }, { noNullPrototype: true }),
    evidence: fc.array(
      fc.record(
        {
          certainty: fc.constantFrom("seen", "probable"),
          source: text.map((source) => source.replaceAll(":", "")),
          fact: text,
        },
        { noNullPrototype: true },
      ),
      { maxLength: 3 },
    ),
    gaps: fc.array(text, { maxLength: 3 }),
    remedies: fc.array(fc.record({ purpose: text, text }, { noNullPrototype: true }), {
      maxLength: 3,
    }),
    cost: fc.record(
      {
        queryCount: id,
        blockingCallCount: id,
        elapsedMs: fc.double({ min: 0, max: 1e9, noNaN: true }).map((ms) => (ms === 0 ? 0 : ms)),
      },
      { noNullPrototype: true },
    ),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      "kind",
      "certainty",
      "observedUnixNano",
      "holders",
      "mayHaveMore",
      "queueCount",
      "evidence",
      "gaps",
      "remedies",
      "cost",
    ],
  },
) as fc.Arbitrary<WaitReport>;
