/* mysql2 with callbacks: several pieces of work share a pool of one connection. */
import { deferred, work } from "./run.mjs";

export async function use({ createPool }) {
  const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 1 });
  const query = (method, ...parts) =>
    new Promise((resolve, reject) => {
      pool[method](...parts, (error, rows) => (error ? reject(error) : resolve(rows)));
    });
  await work("first", () => query("query", "SELECT 'secret' AS word"));
  await Promise.all([
    work("a", () => query("query", "SELECT SLEEP(0.01) AS a")),
    work("b", () => query("execute", "SELECT sku FROM inventory WHERE quantity > ? LIMIT 3", [5])),
    work("c", () => query("query", "SELECT 3 AS c")),
  ]);
  await work("calls back", () => {
    const { promise, resolve } = deferred();
    // Not a promise: what follows a callback has only the context in which that is called.
    pool.query("SELECT 4", () => void work("inside", () => Promise.resolve()).then(resolve));
    return promise;
  });
  await work("streams", () => {
    const { promise, resolve } = deferred();
    pool.query("SELECT 5").on("end", () => {
      void work("inside", () => Promise.resolve()).then(resolve);
    });
    return promise;
  });
  await work("fails", () => query("query", "SELECT nothing").catch(() => undefined));
  await new Promise((resolve) => {
    pool.end(resolve);
  });
}
