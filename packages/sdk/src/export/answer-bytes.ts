import { Buffer } from "node:buffer";
import { ANSWER_BYTES_MAX } from "../base/export-limits.ts";

/** The body of an answer, up to a limit: a receiver must not decide how much memory it takes. */
export class AnswerBytes {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #isTooLong = false;

  push(chunk: Uint8Array): void {
    if (this.#length + chunk.length > ANSWER_BYTES_MAX) this.#isTooLong = true;
    if (this.#isTooLong) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Everything that came, or undefined when it was more than the limit. */
  bytes(): Uint8Array | undefined {
    return this.#isTooLong ? undefined : Buffer.concat(this.#chunks, this.#length);
  }
}
