/*
 * Processes of this machine, and of those on which an agent runs.
 *
 * This machine is asked first. What it does not know is asked of the agent at the address of the
 * client; for a client on the database's own machine, of the agent there.
 */
import { request } from "node:http";
import type { Clock } from "@spoor/trace";
import { AGENT_ABSENT_MS, AGENT_ANSWER_MS_MAX, AGENT_BODY_BYTES_MAX } from "../base/limits.ts";
import type {
  ClientConnection,
  ClientFinding,
  OwnConnection,
  Peer,
  Processes,
} from "../process/client-finder.ts";
import { isLoopback } from "../sockets/endpoint.ts";
import {
  CLIENT_PATH,
  findingIn,
  isSigned,
  parseFields,
  PEER_PATH,
  peerIn,
  SIGNATURE_HEADER,
  signatureOf,
} from "./agent-message.ts";

/** How agents are asked. */
export interface AgentProcessesOptions {
  readonly local: Processes;
  readonly clock: Clock;
  readonly secret: string;
  /** The same for all agents. */
  readonly port: number;
  /** Calls `work` so that no tracing sees its request. */
  readonly untraced?: <T>(work: () => T) => T;
}

/** Finds processes on this machine, or through agents on others. */
export class AgentProcesses implements Processes {
  readonly #options: AgentProcessesOptions;
  /** Addresses at which no agent answered, until when they are not asked again; monotonic, ms. */
  readonly #absent = new Map<string, number>();

  constructor(options: AgentProcessesOptions) {
    this.#options = options;
  }

  isServerHere(connection: ClientConnection): Promise<boolean> {
    return this.#options.local.isServerHere(connection);
  }

  async findClient(connection: ClientConnection): Promise<ClientFinding> {
    const found = await this.#options.local.findClient(connection);
    if (found.outcome !== "unknown") return found;
    const { client, server, serverPidThere } = connection;
    const isAtServer = client === undefined || isLoopback(client.address);
    const address = isAtServer ? server?.address : client.address;
    if (address === undefined || isLoopback(address)) return found;
    const answer = await this.#ask(address, CLIENT_PATH, {
      client,
      server,
      serverPid: client === undefined ? serverPidThere : undefined,
    });
    if (typeof answer === "string") return { outcome: "unknown", reason: answer };
    const reason = `the agent on ${address} answered something else`;
    return findingIn(answer) ?? { outcome: "unknown", reason };
  }

  async findPeer(connection: OwnConnection): Promise<Peer | undefined> {
    const found = await this.#options.local.findPeer(connection);
    const { address } = connection.remote;
    if (found !== undefined || isLoopback(address)) return found;
    const answer = await this.#ask(address, PEER_PATH, connection);
    return typeof answer === "string" ? undefined : peerIn(answer);
  }

  /** The fields of the answer, or why there is none. */
  async #ask(
    address: string,
    path: string,
    question: object,
  ): Promise<Readonly<Record<string, unknown>> | string> {
    const { clock, untraced = (work) => work() } = this.#options;
    const absent = `no agent on ${address}`;
    if ((this.#absent.get(address) ?? 0) > clock.monotonicMs()) return absent;
    this.#absent.delete(address);
    const body = JSON.stringify(question);
    const answer = await untraced(() => this.#post(address, path, body));
    if (answer !== undefined) return answer;
    this.#absent.set(address, clock.monotonicMs() + AGENT_ABSENT_MS);
    return absent;
  }

  /** Undefined when nobody answers. Never rejects. */
  async #post(
    address: string,
    path: string,
    body: string,
  ): Promise<Readonly<Record<string, unknown>> | string | undefined> {
    const { clock, secret, port } = this.#options;
    const sentMs = String(clock.nowUnixNano() / 1_000_000n);
    const signature = `${sentMs}:${signatureOf({ secret, before: sentMs, path, body })}`;
    return await new Promise((resolve) => {
      const asked = request({
        host: address,
        port,
        path,
        method: "POST",
        agent: false,
        headers: { [SIGNATURE_HEADER]: signature, "content-type": "application/json" },
        signal: AbortSignal.timeout(AGENT_ANSWER_MS_MAX),
      });
      asked.on("error", () => resolve(undefined));
      asked.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("error", () => resolve(undefined));
        response.on("data", (part: string) => {
          text += part;
          if (text.length > AGENT_BODY_BYTES_MAX) response.destroy();
        });
        response.on("close", () => resolve(undefined));
        response.on("end", () => {
          const mark = String(response.headers[SIGNATURE_HEADER] ?? "");
          const isIts = isSigned(mark, { secret, before: signature, path, body: text });
          if (response.statusCode === 200 && isIts) resolve(parseFields(text));
          else resolve(refusal(address, response.statusCode, text));
        });
      });
      asked.end(body);
    });
  }
}

function refusal(address: string, status: number | undefined, text: string): string {
  if (status === 200) return `what answers on ${address} does not know the secret of its agents`;
  if (status === 401) {
    return `the agent on ${address} refuses to answer: ${text.slice(0, 100) || "another secret"}`;
  }
  return `the agent on ${address} does not answer (status ${status ?? "unknown"})`;
}
