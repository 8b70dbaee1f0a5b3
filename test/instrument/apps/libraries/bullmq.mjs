/* BullMQ: one piece of work adds jobs, a worker that was made in another one does them. */
import { deferred, work } from "./run.mjs";

export async function use({ FlowProducer, Queue, Worker }) {
  const connection = { url: process.env.REDIS_URL };
  const queue = new Queue("mails", { connection });
  const flows = new FlowProducer({ connection });
  const jobs = deferred();
  let doneCount = 0;
  const worker = await work("first request", () => new Worker("mails", handle, { connection }));
  worker.on("completed", () => {
    doneCount += 1;
    if (doneCount === 4) jobs.resolve();
  });
  await work("outside", async () => {
    await queue.add("welcome", { to: "secret" });
    await queue.addBulk([{ name: "news", data: {} }]);
    await queue.add("broken", {}, { attempts: 2 });
  });
  await work("flow", () => flows.add({ name: "parent", queueName: "mails" }));
  await jobs.promise;
  await worker.close();
  await queue.close();
  await flows.close();
}

async function handle(job) {
  await work(`inside ${job.name}`, () => Promise.resolve());
  if (job.name === "broken" && job.attemptsMade === 0) throw new Error("no such address");
}
