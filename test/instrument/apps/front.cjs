/* front.ts as a CommonJS module, the way most applications still are. */
const events = require("node:events");
const http = require("http");
const express = require("express");

const app = express();
app.use(express.json());
app.use((_request, _response, next) => next());

const shop = express.Router();
shop.post("/orders/:order", async (incoming, outgoing) => {
  const asked = http.get(`${process.env.MIDDLE_URL}/stock/42?token=secret`);
  const [answer] = await events.once(asked, "response");
  let text = "";
  for await (const chunk of answer) text += chunk.toString();
  outgoing.json({ sent: incoming.body, stock: JSON.parse(text) });
});
app.use("/shops/:shop", shop);

const server = app.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  process.disconnect();
});
