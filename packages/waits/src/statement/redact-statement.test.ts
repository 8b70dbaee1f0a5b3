import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { redactStatement, type SqlDialect } from "./redact-statement.ts";
import { spanIn } from "./trace-parent.ts";

function check(dialect: SqlDialect, statement: string, expected: string): void {
  assert.equal(redactStatement(statement, dialect), expected);
}

test("literals go, names and parameters stay", () => {
  check(
    "postgresql",
    "SELECT * FROM t1 WHERE a = 'O''Hara' AND b=$1",
    "SELECT * FROM t1 WHERE a = ? AND b=$1",
  );
  check("postgresql", `UPDATE "t 1" SET x = -1.5e3, y = 0xff`, `UPDATE "t 1" SET x = ?, y = ?`);
  check("postgresql", "ALTER ROLE job PASSWORD E'it\\'s'", "ALTER ROLE job PASSWORD ?");
  check("postgresql", "SELECT $tag$ secret '$ $tag$, $$x$$", "SELECT ?, ?");
  check("mysql", "SELECT `a'b`, \"O'Hara\", 'it\\'s' # secret", "SELECT `a'b`, ?, ?");
});

test("comments go, because people put data into them", () => {
  check("postgresql", "SELECT /* user 42 */ x -- secret", "SELECT x");
  check("postgresql", "SELECT /* a /* b */ secret */ 1", "SELECT");
});

test("a statement that is cut in the middle of a string hides its rest", () => {
  check("postgresql", "INSERT INTO t VALUES ('secret", "INSERT INTO t VALUES (?");
  check("postgresql", "SELECT /* secret", "SELECT");
  check("postgresql", "SELECT $x$ secret", "SELECT ?");
  check("mysql", 'SELECT "secret\\"', "SELECT ?");
});

test("no secret survives in any kind of quotes, however it is surrounded", () => {
  const secret = "zzsecretzz";
  const quoted = fc.constantFrom(
    `'${secret}'`,
    `E'\\'${secret}'`,
    `'it''s ${secret}'`,
    `$$${secret}$$`,
    `$q$ '${secret} $q$`,
    `/* ${secret} */`,
    `-- ${secret}\n`,
  );
  const plain = fc.constantFrom("SELECT ", " FROM t ", ", ", ' "a name" ', " $1 ", " 42 ", " x-1 ");
  fc.assert(
    fc.property(fc.array(fc.oneof(quoted, plain)), fc.nat(), (parts, cut) => {
      const statement = parts.join(" ");
      for (const text of [statement, statement.slice(0, cut % (statement.length + 1))]) {
        assert.doesNotMatch(redactStatement(text, "postgresql"), /zzs/u);
      }
    }),
  );
});

test("a traceparent is found wherever it stands, and an invalid one is none", () => {
  const id = "4bf92f3577b34da6a3ce929d0e0e4736";
  const span = { traceId: id, spanId: "00f067aa0ba902b7" };
  assert.deepEqual(spanIn(`SELECT 1 /*traceparent='00-${id}-00f067aa0ba902b7-01'*/`), span);
  assert.deepEqual(spanIn(`00-${id}-00f067aa0ba902b7-01`), span);
  assert.equal(spanIn(`00-${"0".repeat(32)}-00f067aa0ba902b7-01`), undefined);
  assert.equal(spanIn("nightly"), undefined);
  assert.equal(spanIn(undefined), undefined);
});
