/* mysql2 with promises: a transaction holds the only connection, another waits for it. */
import { work } from "./run.mjs";

export async function use({ createPool }) {
  const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 1 });
  await work("first", () => pool.query("SELECT 1"));
  await work("holder", async () => {
    const connection = await pool.getConnection();
    await connection.beginTransaction();
    const waiting = work("waiter", () => pool.execute("SELECT sku FROM inventory LIMIT 2"));
    await connection.query("SELECT quantity FROM inventory WHERE sku = 'SKU-1' FOR UPDATE");
    await connection.commit();
    connection.release();
    await waiting;
  });
  await pool.end();
}
