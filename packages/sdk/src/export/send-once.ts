import { type CompressionPolicy, encodeBody } from "./compress-body.ts";
import type { RequestBody } from "./request-body.ts";
import type { Outcome, Signal, Transport } from "./transport.ts";

/** What sending the requests of one signal needs. */
export interface SendParts {
  readonly signal: Signal;
  readonly transport: Transport;
  readonly compression: CompressionPolicy;
  readonly isLoopback: boolean;
}

/** Sends a request once, in the encoding that its receiver is known to read. */
export async function sendOnce(body: RequestBody, parts: SendParts): Promise<Outcome> {
  const { signal, transport, compression, isLoopback } = parts;
  const encoding = compression.encodingFor({ isLoopback, byteCount: body.byteCount });
  const outcome = await transport.send({ signal, ...(await encodeBody(body, encoding)) });
  if (outcome.kind === "sent") compression.learn(outcome.accepts);
  if (outcome.kind === "unreadable") compression.refuse(encoding);
  return outcome;
}
