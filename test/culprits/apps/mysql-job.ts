/* A job that nobody instrumented: does something in a transaction, and keeps it open. */
import { createConnection } from "mysql2/promise";

const [port = "", statement = ""] = process.argv.slice(2);
const connection = await createConnection({
  host: "127.0.0.1",
  port: Number(port),
  user: "job",
  database: "shop",
});
await connection.query("BEGIN");
await connection.query(statement);
console.log(JSON.stringify({ port: 0 }));
