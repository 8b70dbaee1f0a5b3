import assert from "node:assert/strict";
import { test } from "node:test";
import { WAIT_EVENT_NAME } from "../semconv/keys.ts";
import { waitToAttributes } from "../wait/wait-attributes.ts";
import { unknownWait } from "../wait/wait-report.ts";
import { criticalTimes, slowMarks } from "./slow.ts";
import { traceLiteral } from "./trace-literal.ts";
import { buildTree } from "./tree.ts";
import { traceVerdict } from "./verdict.ts";

test("what a span kept of its wait is told as what has been", () => {
  const { traceId, spans } = traceLiteral(
    { id: "a", name: "POST /checkout", endMs: 2000 },
    { id: "b", parent: "a", name: "UPDATE", service: "inventory", endMs: 1900 },
  );
  const [root, query] = spans;
  assert.ok(root !== undefined && query !== undefined);
  const attributes = waitToAttributes({
    ...unknownWait("nothing", query.endTimeUnixNano),
    kind: "db.lock",
    gaps: [],
    sinceUnixNano: query.startTimeUnixNano,
    resource: { kind: "row", name: "inventory" },
  });
  const event = { name: WAIT_EVENT_NAME, timeUnixNano: query.endTimeUnixNano, attributes };
  const kept = { ...query, events: [{ ...event, droppedAttributesCount: 0 }] };
  const tree = buildTree({ traceId, spans: [root, kept] });
  const { sentence, grounds } = traceVerdict(tree, slowMarks(tree, criticalTimes(tree)));
  assert.match(
    sentence,
    /^Seen while UPDATE in inventory ran: inventory waited 1\.9s for the row lock on table/,
  );
  assert.equal(grounds[0]?.rule, "kept_wait");
});
