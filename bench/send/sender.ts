import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type {
  FromSender,
  RequestRange,
  SenderOptions,
  SendOptions,
  SendSummary,
  ToSender,
} from "./sender-messages.ts";

const PROCESS_PATH = fileURLToPath(new URL("sender-process.ts", import.meta.url));

/** A process that sends requests of a workload. */
export class Sender implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the process and builds the workload in it. */
  static async start(options: SenderOptions): Promise<Sender> {
    const child = fork(PROCESS_PATH, {
      execArgv: ["--conditions=@spoor/source"],
      // Keeps bigints, which JSON cannot.
      serialization: "advanced",
    });
    const sender = new Sender(child);
    await sender.#ask({ kind: "start", options });
    return sender;
  }

  /** Makes and compresses requests ahead of sending them. */
  async prepare(range: RequestRange): Promise<void> {
    await this.#ask({ kind: "prepare", range });
  }

  /** Sends requests and waits for their answers. */
  async send(send: SendOptions): Promise<SendSummary> {
    const answer = await this.#ask({ kind: "send", send });
    if (answer.kind !== "sent") throw new Error("the sender answered something else");
    return answer.summary;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @throws when the process ends instead of answering. */
  async #ask(message: ToSender): Promise<FromSender> {
    const { promise, resolve, reject } = Promise.withResolvers<FromSender>();
    const onExit = (code: number | null): void => {
      reject(new Error(`the sending process ended with ${code}`));
    };
    this.#child.once("message", resolve);
    this.#child.once("exit", onExit);
    try {
      this.#child.send(message);
      return await promise;
    } finally {
      this.#child.off("message", resolve);
      this.#child.off("exit", onExit);
    }
  }
}
