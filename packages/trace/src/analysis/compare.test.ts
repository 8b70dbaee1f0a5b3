import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { serviceName } from "../semconv/read.ts";
import type { Trace } from "../span/span.ts";
import { comparePlaces, comparisonSentence } from "./compare.ts";
import { criticalNanoOfRows } from "./critical-path.ts";
import { type MergeableTrace, mergeTraces } from "./merge-traces.ts";
import { selfNanoOfRows } from "./self-time.ts";
import { serviceShares } from "./service-share.ts";
import { CHECKOUT, type SpanLiteral, traceLiteral } from "./trace-literal.ts";
import { rowsOfTree } from "./trace-rows.ts";
import { buildTree } from "./tree.ts";

function mergeable(trace: Trace): MergeableTrace {
  const tree = buildTree(trace);
  const rows = rowsOfTree(tree);
  const spanOf = (row: number) => tree.nodes[row]?.span;
  return {
    rows,
    selfNano: selfNanoOfRows(rows),
    serviceOf: (row) => {
      const span = spanOf(row);
      return span === undefined ? "" : serviceName(span.resource);
    },
    nameOf: (row) => spanOf(row)?.name ?? "",
  };
}

function sentence(a: Trace, b: Trace): string {
  const nodes = mergeTraces([mergeable(a), mergeable(b)]);
  return comparisonSentence(nodes, comparePlaces(nodes));
}

/** The checkout, with another length of the inventory query. */
function checkout(queryMs: number): Trace {
  const extra = queryMs - 27;
  return traceLiteral(
    { id: "1", name: "handleCheckout", startMs: 0, endMs: 120 + extra },
    { id: "2", parent: "1", name: "checkInventory", startMs: 2, endMs: 32 + extra },
    { id: "3", parent: "2", name: "redis.Get", startMs: 2, endMs: 4 },
    { id: "4", parent: "2", name: "postgres.Query", startMs: 5, endMs: 5 + queryMs },
    { id: "5", parent: "1", name: "processPayment", startMs: 34 + extra, endMs: 119 + extra },
  );
}

test("a trace that waited in one query differs there and nowhere else", () => {
  assert.equal(
    sentence(checkout(27), checkout(29_600)),
    "B spends 29.6s more in postgres.Query of checkout; everything else is the same.",
  );
  assert.equal(
    sentence(checkout(29_600), checkout(27)),
    "B spends 29.6s less in postgres.Query of checkout; everything else is the same.",
  );
});

test("a trace does not differ from itself", () => {
  assert.equal(
    sentence(CHECKOUT, CHECKOUT),
    "All times are within 1 ms, and both have the same calls.",
  );
});

function withQueries(count: number, lengthMs: number): Trace {
  const queries = Array.from({ length: count }, (_, index): SpanLiteral => {
    const startMs = index * lengthMs;
    return { id: `a${index}`, parent: "1", name: "SELECT", startMs, endMs: startMs + lengthMs };
  });
  return traceLiteral({ id: "1", name: "list", startMs: 0, endMs: 500 }, ...queries);
}

test("a loop is one place, and the number of its calls is said", () => {
  const nodes = mergeTraces([mergeable(withQueries(1, 2)), mergeable(withQueries(37, 2))]);
  assert.deepEqual(
    nodes.map(({ name, parts }) => `${name} ${parts.map(({ rows }) => rows.length).join(" ")}`),
    ["list 1 1", "SELECT 1 37"],
  );
  assert.equal(
    sentence(withQueries(1, 2), withQueries(37, 2)),
    "B spends 72ms more in SELECT of checkout (1 → 37 calls), 72ms less in list of checkout.",
  );
});

test("calls without length that are new are told by their number", () => {
  assert.equal(
    sentence(withQueries(1, 0), withQueries(3, 0)),
    "All times are within 1 ms, but SELECT is called 1 times in A and 3 in B.",
  );
});

test("what only one trace has is added or missing", () => {
  const more = traceLiteral(
    { id: "1", name: "list", startMs: 0, endMs: 500 },
    { id: "2", parent: "1", name: "audit", startMs: 100, endMs: 200 },
  );
  const less = withQueries(0, 0);
  assert.match(sentence(less, more), /100ms more in audit of checkout, which A does not have/u);
  assert.match(sentence(more, less), /100ms less in audit of checkout, which is missing in B/u);
});

const anyTrace = fc
  .array(
    fc.record({
      parent: fc.nat(20),
      name: fc.constantFrom("a", "b", "c"),
      service: fc.constantFrom("x", "y"),
      startMs: fc.nat(30),
      lengthMs: fc.nat(30),
    }),
    { maxLength: 20 },
  )
  .map((literals) =>
    traceLiteral(
      ...literals.map(({ parent, startMs, lengthMs, name, service }, index) => ({
        id: index.toString(16).padStart(16, "0"),
        ...(index === 0 ? {} : { parent: (parent % index).toString(16).padStart(16, "0") }),
        name,
        service,
        startMs,
        endMs: startMs + lengthMs,
      })),
    ),
  );

function selfTotal({ selfNano }: MergeableTrace): number {
  return selfNano.reduce((total, nano) => total + nano, 0);
}

test("every span has one place, and the differences add up to the whole difference", () => {
  fc.assert(
    fc.property(anyTrace, anyTrace, (traceA, traceB) => {
      const [a, b] = [mergeable(traceA), mergeable(traceB)];
      const nodes = mergeTraces([a, b]);
      for (const [index, trace] of [a, b].entries()) {
        const rows = nodes.flatMap(({ parts }) => parts[index]?.rows ?? []);
        assert.deepEqual(
          rows.sort((x, y) => x - y),
          Array.from({ length: trace.rows.rowCount }, (_, row) => row),
        );
      }
      for (const [index, node] of nodes.entries()) assert.ok(node.parentIndex < index);
      const sum = comparePlaces(nodes).reduce(
        (total, { selfDeltaNano }) => total + selfDeltaNano,
        0,
      );
      assert.equal(sum, selfTotal(b) - selfTotal(a));
    }),
  );
});

test("the parts of the services add up to the critical path", () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const { rows, selfNano, serviceOf } = mergeable(trace);
      const criticalNano = criticalNanoOfRows(rows);
      const shares = serviceShares(rows, { selfNano, criticalNano }, serviceOf);
      const sum = (pick: "criticalNano" | "spanCount") =>
        shares.reduce((total, share) => total + share[pick], 0);
      assert.equal(sum("spanCount"), rows.rowCount);
      assert.equal(
        sum("criticalNano"),
        criticalNano.reduce((total, nano) => total + nano, 0),
      );
    }),
  );
});
