/*
 * Looks at a PostgreSQL or MariaDB that runs, and tells who waits there for whom:
 *
 *     npm run look --workspace @spoor/waits -- postgres://user@127.0.0.1:5432/shop [--row-keys]
 *
 * It asks as an application does, on one connection, and changes nothing.
 */
import { holderText, systemClock, type WaitReport, waitSentence } from "@spoor/trace";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { type Query, text } from "./base/query.ts";
import type { Explanations } from "./base/shared-walks.ts";
import type { Waiter } from "./base/waiter.ts";
import { mysqlWaits } from "./mysql/mysql-waits.ts";
import { postgresWaits } from "./postgres/postgres-waits.ts";

interface Look {
  readonly query: Query;
  /** The sessions that wait, with their ids as `id`. */
  readonly waiting: string;
  readonly waits: {
    explain(waiters: readonly Waiter[]): Promise<Explanations>;
    close(): Promise<void>;
  };
  close(): Promise<void>;
}

const POSTGRES_WAITING = `SELECT DISTINCT pid::text AS id FROM pg_locks
  WHERE NOT granted AND pid <> pg_backend_pid()`;

const MYSQL_WAITING = `SELECT p.ID AS id FROM information_schema.PROCESSLIST p
  LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID
  WHERE t.trx_state = 'LOCK WAIT' OR p.STATE LIKE '%metadata lock%' OR p.STATE = 'User lock'`;

async function lookAtPostgres(url: string, showsPrimaryKeys: boolean): Promise<Look> {
  const client = new Client({ connectionString: url, application_name: "spoor-watch" });
  await client.connect();
  const query: Query = async (sql, parameters) => {
    const result = await client.query<Record<string, unknown>>(sql, [...parameters]);
    return result.rows;
  };
  const waits = postgresWaits({ query, showsPrimaryKeys });
  return { query, waits, waiting: POSTGRES_WAITING, close: () => client.end() };
}

async function lookAtMysql(url: string, showsPrimaryKeys: boolean): Promise<Look> {
  const connection = await createConnection(url);
  const query: Query = async (sql, parameters) => {
    const [rows] = await connection.query(sql, [...parameters]);
    // Rows are objects with the columns by name; a statement such as SET gives none.
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  };
  const waits = mysqlWaits({ query, showsPrimaryKeys });
  return { query, waits, waiting: MYSQL_WAITING, close: () => connection.end() };
}

async function main([url, ...flags]: readonly string[]): Promise<void> {
  if (url === undefined) {
    console.error("usage: npm run look -- <postgres://… or mysql://…> [--row-keys]");
    process.exitCode = 2;
    return;
  }
  const showsPrimaryKeys = flags.includes("--row-keys");
  const look = url.startsWith("mysql:")
    ? await lookAtMysql(url, showsPrimaryKeys)
    : await lookAtPostgres(url, showsPrimaryKeys);
  const rows = await look.query(look.waiting, []);
  const waiters = rows.map((row) => ({ pid: Number(text(row, "id")) }));
  if (waiters.length === 0) console.log("nobody waits for a lock here");
  for (const [pid, report] of await look.waits.explain(waiters)) printReport(pid, report);
  await look.waits.close();
  await look.close();
}

function printReport(pid: number, report: WaitReport): void {
  const telling = { who: `session ${pid}`, nowUnixNano: systemClock.nowUnixNano() };
  console.log(waitSentence(report, telling));
  for (const holder of report.holders) console.log(`  ${holder.role}: ${holderText(holder)}`);
  for (const { certainty, source, fact } of report.evidence) {
    console.log(`  ${certainty} in ${source}: ${fact}`);
  }
  for (const gap of report.gaps) console.log(`  not known: ${gap}`);
  for (const { purpose, text: remedy } of report.remedies) console.log(`  ${remedy}  ${purpose}`);
  const { queryCount, blockingCallCount, elapsedMs } = report.cost;
  console.log(
    `  asked ${queryCount} queries and ${blockingCallCount} blocking calls in ${elapsedMs.toFixed(0)} ms`,
  );
}

if (import.meta.main) await main(process.argv.slice(2));
