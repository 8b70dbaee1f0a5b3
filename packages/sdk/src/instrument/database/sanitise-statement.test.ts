import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { sanitiseStatement, type SqlDialect } from "./sanitise-statement.ts";

function check(statement: string, expected: string, dialect: SqlDialect = "postgresql"): void {
  assert.equal(sanitiseStatement(statement, dialect), expected);
}

test("strings and numbers go, names, placeholders and keywords stay", () => {
  check("SELECT * FROM t1 WHERE a = 'x' AND b = 12.5e3", "SELECT * FROM t1 WHERE a = ? AND b = ?");
  check('SELECT $1, col2 FROM "Order 66"', 'SELECT $1, col2 FROM "Order 66"');
  check("INSERT INTO t VALUES (-1, .5, 0xff)", "INSERT INTO t VALUES (-?, ?, ?)");
});

test("a quote within a string does not end it", () => {
  check("SELECT 'it''s', E'it\\'s', 1", "SELECT ?, ?, ?");
  check("SELECT 'a\\', 'b'", "SELECT ?, ?", "postgresql");
  check("SELECT 'it\\'s', \"a\", `b`", "SELECT ?, ?, `b`", "mysql");
});

test("dollar quotes go with what is in them", () => {
  check("DO $body$ SELECT 'x' $body$ LANGUAGE sql", "DO ? LANGUAGE sql");
  check("SELECT $$secret$$", "SELECT ?");
});

test("comments go: they may hold anything", () => {
  check("SELECT 1 -- user 7\nFROM t /* 'x' */", "SELECT ? \nFROM t");
  check("SELECT 1 # user 7", "SELECT ?", "mysql");
});

test("a string that never ends takes the rest with it", () => {
  check("SELECT 'secret and more", "SELECT ?");
  check("SELECT $$secret and more", "SELECT ?");
});

test("whatever a literal holds, none of it remains", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom<SqlDialect>("postgresql", "mysql"),
      (text, dialect) => {
        const escaped = text.replaceAll("'", "''");
        const literal = dialect === "mysql" ? escaped.replaceAll("\\", "\\\\") : escaped;
        const statement = `SELECT a FROM t WHERE b = '${literal}' AND c = $1`;
        const placeholder = dialect === "mysql" ? "$?" : "$1";
        const expected = `SELECT a FROM t WHERE b = ? AND c = ${placeholder}`;
        assert.equal(sanitiseStatement(statement, dialect), expected);
      },
    ),
  );
});
