/*
 * OTLP/HTTP with protobuf on node:http and node:https.
 *
 * A try ends when the whole answer is there, or with its time: a receiver that sends one byte a
 * second holds nothing up for longer. A status of success counts from the moment it arrives: its
 * body can only add which records were left out.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import { type Clock, deferred } from "@spoor/trace/basics";
import { REQUESTS_IN_FLIGHT_MAX } from "../base/export-limits.ts";
import { AnswerBytes } from "./answer-bytes.ts";
import { failureOutcome } from "./connection-failure.ts";
import { httpOutcome } from "./outcome.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { ExportRequest, Outcome, Transport } from "./transport.ts";
import { secureOptions, type TransportOptions } from "./transport-options.ts";

/** A receiver that speaks OTLP/HTTP. */
export class HttpTransport implements Transport {
  readonly name: string;
  readonly #options: TransportOptions;
  readonly #clock: Clock;
  readonly #agent: http.Agent;

  constructor(options: TransportOptions, clock: Clock) {
    const { endpoint, certificates } = options;
    this.name = `${endpoint.host}:${endpoint.port} (http/protobuf)`;
    this.#options = options;
    this.#clock = clock;
    const agentOptions = { keepAlive: true, maxSockets: REQUESTS_IN_FLIGHT_MAX };
    this.#agent = endpoint.isSecure
      ? new https.Agent({ ...agentOptions, ...secureOptions(certificates) })
      : new http.Agent(agentOptions);
  }

  send(request: ExportRequest): Promise<Outcome> {
    const { promise, resolve } = deferred<Outcome>();
    try {
      this.#exchange(request, resolve);
    } catch (error) {
      // Such as a header value that Node refuses.
      resolve({ kind: "refused", reason: String(error) });
    }
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(request: ExportRequest, settle: (outcome: Outcome) => void): void {
    const { endpoint, attemptMsMax } = this.#options;
    const send = endpoint.isSecure ? https.request : http.request;
    const outgoing = send(this.#requestOptions(request));
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`no whole answer within ${attemptMsMax} ms`));
    }, attemptMsMax).unref();
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      settle(outcome);
    };
    outgoing.on("socket", (socket) => socket.unref());
    outgoing.on("error", (error) => {
      // The receiver closed a kept connection as this request went out: not its fault, nor ours.
      const isStale = outgoing.reusedSocket;
      finish(failureOutcome(error, isStale ? { afterMs: 0 } : {}));
    });
    outgoing.on("response", (response) => {
      this.#readAnswer({ request, outgoing, response, finish });
    });
    for (const part of request.parts) outgoing.write(part);
    outgoing.end();
  }

  #readAnswer(exchange: {
    readonly request: ExportRequest;
    readonly outgoing: ClientRequest;
    readonly response: IncomingMessage;
    readonly finish: (outcome: Outcome) => void;
  }): void {
    const { request, outgoing, response, finish } = exchange;
    const answer = new AnswerBytes();
    const conclude = (body: Uint8Array | undefined): void => {
      const { headers, statusCode = 0 } = response;
      const outcome = httpOutcome({
        signal: request.signal,
        encoding: request.encoding,
        status: statusCode,
        retryAfterMs: retryAfterMs(headers["retry-after"], this.#clock),
        accepts: (headers["accept-encoding"] ?? "").toLowerCase(),
        contentType: headers["content-type"] ?? "",
        body,
      });
      finish(outcome);
    };
    response.on("data", (chunk: Uint8Array) => {
      answer.push(chunk);
    });
    response.on("end", () => {
      conclude(answer.bytes());
    });
    response.on("error", () => {
      conclude(undefined);
      outgoing.destroy();
    });
  }

  #requestOptions({ signal, byteCount, encoding }: ExportRequest): RequestOptions {
    const { endpoint, headers, userAgent } = this.#options;
    return {
      method: "POST",
      host: endpoint.host,
      port: endpoint.port,
      path: signal === "traces" ? endpoint.tracesPath : (endpoint.logsPath ?? "/v1/logs"),
      agent: this.#agent,
      headers: {
        ...Object.fromEntries(headers),
        "user-agent": userAgent,
        "content-type": "application/x-protobuf",
        "content-length": byteCount,
        ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
      },
    };
  }
}
