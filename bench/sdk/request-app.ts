/* A service as many are: Express with a JSON body, a cache in Redis, two queries in PostgreSQL. */
import express from "express";
import { Redis } from "ioredis";
import { Pool } from "pg";

const pool = new Pool({ connectionString: process.env["DATABASE_URL"], max: 10 });
const redis = new Redis(process.env["REDIS_URL"] ?? "");
const app = express();
app.use(express.json());
app.use((_request, response, next) => {
  response.setHeader("x-service", "orders");
  next();
});

const orders = express.Router();
orders.post("/:order/items", (request, response) => answer(request.params.order, response));
app.use("/orders", orders);

async function answer(order: string, response: express.Response): Promise<void> {
  const cached = await redis.get(`order:${order}`);
  const { rows } = await pool.query("SELECT * FROM inventory WHERE item_id = $1", ["item_42"]);
  await pool.query("SELECT count(*) FROM payments WHERE order_id = $1", [order]);
  if (cached === null) await redis.set(`order:${order}`, "seen", "EX", 60);
  response.json({ order, rows });
}

const server = app.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") process.send?.({ port: address?.port });
});
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.once("disconnect", () => process.exit());
