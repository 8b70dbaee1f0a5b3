import type { Readable } from "node:stream";
import type { Permit } from "./admission.ts";

/** A body as sent, or why it could not be read to its end. */
export type BodyRead =
  | { readonly kind: "body"; readonly body: Uint8Array }
  | { readonly kind: "tooLarge" }
  | { readonly kind: "aborted" };

/** Reads a body up to `bytesMax` and charges every chunk as it arrives. */
export async function readBody(
  stream: Readable,
  options: { readonly bytesMax: number; readonly permit: Permit },
): Promise<BodyRead> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Not destroyed on an early return: the refusal still has to be sent over its socket.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      // A readable stream without an encoding yields buffers only.
      const bytes = chunk as Buffer;
      length += bytes.length;
      if (length > options.bytesMax) return { kind: "tooLarge" };
      options.permit.charge(bytes.length);
      chunks.push(bytes);
    }
  } catch {
    // The sender went away or was too slow; there is nobody left to answer.
    return { kind: "aborted" };
  }
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return { kind: "body", body: first };
  return { kind: "body", body: Buffer.concat(chunks, length) };
}
