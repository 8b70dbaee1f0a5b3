/* Express, as an ES module: asks the middle with node:http, after reading the body it was sent. */
import { once } from "node:events";
import { request } from "node:http";
import express from "express";
import { required, untilDisconnected } from "./lifecycle.ts";

const middleUrl = required("MIDDLE_URL");
const app = express();
app.use(express.json());
app.use((_request, _response, next) => next());

const shop = express.Router();
shop.post("/orders/:order", async (incoming, outgoing) => {
  const asked = request(`${middleUrl}/stock/42?token=secret`, { method: "GET" });
  asked.end();
  // Node's own promise for the event; the response's text is what follows.
  const [answer] = (await once(asked, "response")) as [AsyncIterable<Buffer>];
  let text = "";
  for await (const chunk of answer) text += chunk.toString();
  outgoing.json({ sent: incoming.body, stock: JSON.parse(text) });
});
app.use("/shops/:shop", shop);

const server = app.listen(0, "127.0.0.1");
untilDisconnected(server, () => Promise.resolve());
