import assert from "node:assert/strict";
import { test } from "node:test";
import { type LostParentReason, SpanKind, type Trace } from "@spoor/trace";
import { UNICODE_GLYPHS } from "./glyphs.ts";
import { COLORED } from "./palette.ts";
import { drawReading, drawTrace, readTrace } from "./span-tree.ts";
import { textWidth } from "./text-width.ts";
import {
  CHECKOUT,
  PIPED,
  PIPED_ASCII,
  type SpanLiteral,
  TRACE_ID,
  traceLiteral,
} from "./terminal-literal.ts";
import type { TreeView } from "./tree-view.ts";
import { UNKNOWN_USUAL } from "./usual.ts";

/** The lines between the head and the last line. */
function treeLines(trace: Trace, view: TreeView = PIPED): string[] {
  const lines = drawTrace(trace, view).split("\n");
  return lines.slice(2, lines.lastIndexOf("", lines.length - 2));
}

function check(literals: readonly SpanLiteral[], expected: string, view?: TreeView): void {
  const trace = traceLiteral(...literals);
  assert.equal(`\n${treeLines(trace, view).join("\n")}\n`, expected);
}

test("the checkout is drawn as the design draws it", () => {
  assert.equal(
    drawTrace(CHECKOUT, PIPED),
    `\
checkout  handleCheckout  120ms  2026-11-22T14:03:11.000000000Z  trace ${TRACE_ID}

handleCheckout (120ms)
├── checkInventory (30ms)
│   ├── redis.Get inventory:item_42 (2ms)
│   └── postgres.Query SELECT * FROM inventory (27ms)  ← slow
└── processPayment (85ms)
    ├── stripe.ChargeCreate (80ms)  ← slow
    └── postgres.Exec INSERT INTO payments (3ms)

80ms of 120ms went to stripe.ChargeCreate in checkout.  7 spans, 1 service, 0 orphans.
`,
  );
});

test("the same in ASCII", () => {
  check(
    [
      { id: "1", name: "handleCheckout", endMs: 120, error: "größer" },
      { id: "2", parent: "1", name: "checkInventory", endMs: 0.03 },
      { id: "3", parent: "1", name: "stripe.ChargeCreate", startMs: 10, endMs: 100 },
      { id: "4", parent: "3", name: "→ café", startMs: 20, endMs: 21 },
    ],
    `
handleCheckout (120ms)  x gr\\xf6\\xdfer  <- slow
|-- checkInventory (30us)
\`-- stripe.ChargeCreate (90ms)  <- slow
    \`-- \\u2192 caf\\xe9 (1ms)
`,
    PIPED_ASCII,
  );
});

test("a service stands at the right where it changes, and nowhere else", () => {
  check(
    [
      { id: "1", name: "POST /checkout", service: "gateway", endMs: 100 },
      { id: "2", parent: "1", name: "checkInventory", service: "inventory", endMs: 90 },
      { id: "3", parent: "2", name: "lookup", service: "inventory", startMs: 1, endMs: 89 },
      { id: "4", parent: "1", name: "log", service: "gateway", startMs: 91, endMs: 92 },
      { id: "5", parent: "4", name: "write", service: "audit", startMs: 91, endMs: 92 },
    ],
    `
POST /checkout (100ms)
├── checkInventory (90ms)  inventory
│   └── lookup (88ms)  ← slow
└── log (1ms)
    └── write (1ms)        audit
`,
  );
});

test("an error is told in the sender's words, an HTTP status with its phrase", () => {
  check(
    [
      {
        id: "1",
        name: "POST /checkout",
        endMs: 100,
        error: "",
        attributes: { "http.response.status_code": 504n, "error.type": "504" },
      },
      { id: "2", parent: "1", name: "UPDATE", startMs: 1, endMs: 99, error: "lock\n  timeout" },
      { id: "3", parent: "1", name: "log", startMs: 99, endMs: 99.5, error: "" },
    ],
    `
POST /checkout (100ms)  ✗ 504 Gateway Timeout
├── UPDATE (98ms)  ✗ lock timeout  ← slow
└── log (500µs)  ✗ error
`,
  );
});

test("orphans stand under the parent that never arrived, once for all its children", () => {
  check(
    [
      { id: "1", name: "a", endMs: 100 },
      { id: "2", parent: "00f0", name: "b", startMs: 1, endMs: 5 },
      { id: "3", parent: "00f0", name: "c", startMs: 6, endMs: 9, service: "cart" },
      { id: "4", parent: "2", name: "d", startMs: 2, endMs: 3 },
    ],
    `
a (100ms)  ← slow
? parent 00f0… missing
├── b (4ms)
│   └── d (1ms)
└── c (3ms)  cart
`,
    { ...PIPED, columns: 80 },
  );
  const [, ghost] = treeLines(
    traceLiteral({ id: "1", name: "a" }, { id: "2", parent: "f", name: "b" }),
  );
  assert.equal(ghost, "? parent f000000000000000 missing", "whole for a program");
});

test("below a missing parent stands why it may be missing, and with -v on what evidence", () => {
  const trace = traceLiteral(
    { id: "1", name: "a", endMs: 9 },
    { id: "2", parent: "f", name: "b", startMs: 1, endMs: 5 },
  );
  const running = { open: [], nowUnixNano: 0n };
  const reason: LostParentReason = {
    parentSpanId: "f".padEnd(16, "0"),
    spanIds: ["2".padEnd(16, "0")],
    rule: "lost",
    certainty: "probable",
    sentence: "probably lost by cart\u001b[2J",
    evidence: ["spoor.loss: cart: 4"],
  };
  const drawn = (view: TreeView): string =>
    drawReading(
      {
        traceId: trace.traceId,
        reading: readTrace(trace, view, running),
        nowUnixNano: 0n,
        usual: { of: () => UNKNOWN_USUAL },
        lostParents: new Map([[reason.parentSpanId, reason]]),
      },
      view,
    );
  assert.match(drawn(PIPED), /missing\n┆ {3}probably lost by cart\S+\n└── b/);
  assert.ok(!drawn(PIPED).includes("\u001b"));
  const verbose = drawn({ ...PIPED, detailLevel: 1 });
  assert.match(verbose, /cart\S+\n┆ {3}spoor\.loss: cart: 4\n└── b/);
});

test("spans that name each other as parents are drawn once", () => {
  check(
    [
      { id: "1", parent: "2", name: "a", endMs: 4 },
      { id: "2", parent: "1", name: "b", startMs: 1, endMs: 3 },
      { id: "3", parent: "3", name: "c", startMs: 5, endMs: 6 },
    ],
    `
? parents name each other
└── c (1ms)  ← slow
? parents name each other
└── a (4ms)  ← slow
    └── b (2ms)  ← slow
`,
  );
});

function redisGets(count: number): SpanLiteral[] {
  return Array.from({ length: count }, (_, index) => ({
    id: (0xb00 + index).toString(16),
    parent: "1",
    name: "redis.Get",
    startMs: 10 + index,
    endMs: 10 + index + (index === 7 ? 1 : 0.25),
    attributes: { "db.statement": `GET inventory:item_${index}` },
  }));
}

test("five or more alike siblings are one line, with count, total and longest", () => {
  check(
    [{ id: "1", name: "checkInventory", endMs: 100 }, ...redisGets(37)],
    `
checkInventory (100ms)  ← slow
└── redis.Get inventory:item_* ×37 (10ms, max 1ms)
`,
  );
});

test("four alike siblings are not folded, and with -a none are", () => {
  assert.equal(
    treeLines(traceLiteral({ id: "1", name: "a", endMs: 99 }, ...redisGets(4))).length,
    5,
  );
  const trace = traceLiteral({ id: "1", name: "a", endMs: 99 }, ...redisGets(37));
  assert.equal(treeLines(trace, { ...PIPED, showsAll: true }).length, 38);
});

test("a fold never swallows an error or a span that a tenth of the trace depends on", () => {
  const gets = redisGets(9);
  const [failing, long] = [gets[3], gets[8]];
  assert.ok(failing !== undefined && long !== undefined);
  gets[3] = { ...failing, error: "timeout" };
  gets[8] = { ...long, endMs: 40 };
  check(
    [{ id: "1", name: "checkInventory", endMs: 100 }, ...gets],
    `
checkInventory (100ms)  ← slow
├── redis.Get inventory:item_* ×7 (2.5ms, max 1ms)
├── redis.Get inventory:item_3 (250µs)  ✗ timeout
└── redis.Get inventory:item_8 (22ms)  ← slow
`,
  );
});

test("a fold says how many spans lie below it", () => {
  const calls = Array.from({ length: 5 }, (_, index): SpanLiteral[] => {
    const id = `a${index}`;
    const at = { startMs: 10 + index, endMs: 11 + index };
    return [
      { id, parent: "1", name: `GET /item/${index}`, ...at },
      { id: `b${index}`, parent: id, name: "handler", service: "items", ...at },
    ];
  });
  check(
    [{ id: "1", name: "list", endMs: 100 }, ...calls.flat()],
    `
list (100ms)  ← slow
└── GET /item/* ×5 (5ms, max 1ms, 5 spans below)
`,
  );
});

function parallelTasks(count: number): SpanLiteral[] {
  return Array.from({ length: count }, (_, index) => ({
    id: (0xd00 + index).toString(16),
    parent: "1",
    // Names of letters only, so that they are not alike.
    name: `task ${String.fromCharCode(97 + (index % 26))}${String.fromCharCode(97 + index / 26)}`,
    startMs: 20,
    endMs: 20.5,
  }));
}

test("in a large trace, what is under 1% and off the critical path is hidden and counted", () => {
  const spans: SpanLiteral[] = [
    { id: "1", name: "a", endMs: 100 },
    { id: "2", parent: "1", name: "b", startMs: 1, endMs: 99 },
    ...parallelTasks(60),
    { id: "3", parent: "1", name: "failing task", startMs: 20, endMs: 20.5, error: "no" },
  ];
  check(
    spans,
    `
a (100ms)
├── b (98ms)  ← slow
├── failing task (500µs)  ✗ no
└── … 60 spans under 1% hidden (-a shows all)
`,
  );
  const all = treeLines(traceLiteral(...spans), { ...PIPED, showsAll: true });
  assert.equal(all.length, 63);
});

test("in a large trace, a short span on the critical path stays", () => {
  const lines = treeLines(
    traceLiteral({ id: "1", name: "a", endMs: 100 }, ...parallelTasks(60), {
      id: "3",
      parent: "1",
      name: "waited for",
      startMs: 30,
      endMs: 30.5,
    }),
  );
  assert.deepEqual(lines.slice(-2), [
    "├── waited for (500µs)",
    "└── … 59 spans under 1% hidden (-a shows all)",
  ]);
});

test("a small trace is shown whole", () => {
  const trace = traceLiteral({ id: "1", name: "a", endMs: 100 }, ...parallelTasks(39));
  assert.equal(treeLines(trace).length, 40);
});

test("--depth leaves deeper levels out and counts them", () => {
  assert.deepEqual(treeLines(CHECKOUT, { ...PIPED, depthMax: 1 }), [
    "handleCheckout (120ms)",
    "├── checkInventory (30ms)",
    "│   └── … 2 spans deeper hidden (--depth shows more)",
    "└── processPayment (85ms)",
    "    └── … 2 spans deeper hidden (--depth shows more)",
  ]);
});

test("a very deep tree keeps its indentation bounded and says how many levels are left out", () => {
  const chain = Array.from({ length: 2000 }, (_, index): SpanLiteral => {
    const id = (index + 0x1000).toString(16);
    const name = `level ${index}`;
    if (index === 0) return { id, name, endMs: 5 };
    return { id, parent: (index + 0xfff).toString(16), name, endMs: 5 };
  });
  const lines = treeLines(traceLiteral(...chain));
  assert.equal(lines.length, 2000);
  assert.equal(lines[48], `${"    ".repeat(47)}└── level 48 (5ms)`);
  assert.equal(lines[1999], `(+1950 levels) ${"    ".repeat(48)}└── level 1999 (5ms)  ← slow`);
});

test("on a terminal titles are cut in the middle, by columns, and no line is wider", () => {
  const trace = traceLiteral(
    { id: "1", name: "在庫を確認して支払いを処理する長い名前のスパン", endMs: 100 },
    { id: "2", parent: "1", name: "short", service: "inventory", startMs: 1, endMs: 2 },
    {
      id: "3",
      parent: "1",
      name: `SELECT ${"column, ".repeat(30)} FROM inventory`,
      startMs: 3,
      endMs: 99,
      error: `deadlock ${"detected ".repeat(20)}`,
    },
  );
  const lines = treeLines(trace, { ...PIPED, columns: 60 });
  for (const line of lines) assert.ok(textWidth(line) <= 60, line);
  assert.deepEqual(lines, [
    "在庫を確認して支払いを処理する長い名前のスパン (100ms)",
    "├── short (1ms)  inventory",
    "└── SELECT co…inventory (96ms)  ✗ deadlock …detected  ← slow",
  ]);
  assert.deepEqual(treeLines(trace, { ...PIPED, columns: 40 }).slice(0, 1), [
    "在庫を確認して支…い名前のスパン (100ms)",
  ]);
  assert.ok(treeLines(trace)[2]?.includes("column, ".repeat(29)), "whole for a program");
});

test("a name cannot move the cursor, start a line or turn the reading direction", () => {
  check(
    [{ id: "1", name: "a\u001b[2Jb\u0007\u202ec", error: "x\u001b]0;title\u0007", endMs: 1 }],
    `
a\\x1b[2Jb\\x07\\u202ec (1ms)  ✗ x\\x1b]0;title\\x07
`,
  );
});

test("colour adds nothing but colour", () => {
  const colored = drawTrace(CHECKOUT, { ...PIPED, palette: COLORED });
  // oxlint-disable-next-line no-control-regex -- the escape sequences are the point
  assert.equal(colored.replaceAll(/\u001b\[[0-9;]*m/g, ""), drawTrace(CHECKOUT, PIPED));
  assert.notEqual(colored, drawTrace(CHECKOUT, PIPED));
});

test("-v says where a value was cut, before the value", () => {
  const trace = traceLiteral({
    id: "1",
    name: "a",
    endMs: 100,
    attributes: { sql: "SELECT", "spoor.truncated": new Map([["sql", 1_258_291n]]) },
  });
  const [, line] = treeLines(trace, { ...PIPED, detailLevel: 2 }).slice(1);
  assert.equal(line, "┆   sql (✂ cut at 6 B of 1.2 MiB) = SELECT");
});

test("-v shows the attributes of marked spans, -vv of all, -vvv events and links", () => {
  const trace = traceLiteral(
    { id: "1", name: "a", endMs: 100, attributes: { "user.id": "7" }, droppedAttributesCount: 2 },
    {
      id: "2",
      parent: "1",
      name: "b",
      kind: SpanKind.client,
      endMs: 95,
      attributes: { "retry.count": 3n },
      events: [
        {
          timeUnixNano: 1_795_356_191_012_000_000n,
          name: "cache miss",
          attributes: new Map([["key", "k"]]),
          droppedAttributesCount: 0,
        },
      ],
      links: [
        {
          traceId: "0af7651916cd43dd8448eb211c80319c",
          spanId: "b7ad6b7169203331",
          traceState: "",
          flags: 0,
          attributes: new Map(),
          droppedAttributesCount: 1,
        },
      ],
    },
  );
  const at = (detailLevel: number): string[] => treeLines(trace, { ...PIPED, detailLevel });
  assert.deepEqual(at(1), ["a (100ms)", "└── b (95ms)  ← slow", "    ┆   retry.count = 3"]);
  assert.deepEqual(at(2), [
    "a (100ms)",
    "┆   span 1000000000000000, internal, status unset",
    "┆   user.id = 7",
    "┆   2 attributes dropped on the way here",
    "└── b (95ms)  ← slow",
    "    ┆   span 2000000000000000, client, status unset",
    "    ┆   retry.count = 3",
  ]);
  assert.deepEqual(at(3).slice(-5), [
    "    ┆   retry.count = 3",
    "    ┆   event +12ms cache miss",
    "    ┆     key = k",
    "    ┆   link to trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331",
    "    ┆     1 attribute dropped on the way here",
  ]);
  assert.match(drawTrace(trace, PIPED), /0 orphans, 3 attributes dropped by senders\.\n$/);
});

test("copies, backward clocks and used-up ids are counted in the last line", () => {
  const trace = traceLiteral(
    { id: "1", name: "a", endMs: 9 },
    { id: "2", parent: "1", name: "b", startMs: 5, endMs: 3 },
    { id: "2", parent: "1", name: "b", startMs: 5, endMs: 3 },
    { id: "2", parent: "1", name: "c", startMs: 6, endMs: 7 },
  );
  const lastLine = drawTrace(trace, PIPED).trimEnd().split("\n").at(-1);
  assert.deepEqual(lastLine?.split(/ {2}|, /).slice(1), [
    "3 spans",
    "1 service",
    "0 orphans",
    "1 exact copy left out",
    "1 span id used more than once",
    "1 span ending before the start.",
  ]);
  assert.equal(treeLines(trace)[1], "├── b (-2ms)");
});

test("a trace without spans is said to be empty", () => {
  assert.equal(
    drawTrace(traceLiteral(), PIPED),
    "trace 4bf92f3577b34da6a3ce929d0e0e4736\n\n\n0 spans, 0 services, 0 orphans.\n",
  );
});

test("ASCII output is ASCII whatever the names are", () => {
  const trace = traceLiteral(
    { id: "1", name: "日本🙂", endMs: 0.5, error: "ß", service: "käse" },
    { id: "2", parent: "00f", name: "µ", service: "…" },
  );
  const text = drawTrace(trace, { ...PIPED_ASCII, columns: 60, detailLevel: 3 });
  assert.match(text, /^[\x20-\x7e\n]*$/);
  assert.equal(UNICODE_GLYPHS.branch.length, PIPED_ASCII.glyphs.branch.length);
});
