/* How long operations usually take, as far as the server knows; each is asked once. */
import { isSpanKind, spanKindName } from "@spoor/trace";
import { USUAL_QUESTIONS_MAX } from "../base/limits.ts";
import { baseline } from "../client/questions.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import {
  type KnownDurations,
  type Operation,
  UNKNOWN_USUAL,
  type Usual,
} from "../terminal/usual.ts";

/** Asks the server what is usual, and remembers it. */
export class UsualDurations implements KnownDurations {
  readonly #client: SpoorClient;
  readonly #known = new Map<string, Usual>();

  constructor(client: SpoorClient) {
    this.#client = client;
  }

  /**
   * Asks for what is not known yet, the first of them if they are many. A server that cannot tell
   * is none that failed: what is usual is a remark beside an answer.
   */
  async learn(operations: Iterable<Operation>): Promise<void> {
    const missing = new Map<string, Operation>();
    for (const one of operations) if (!this.#known.has(keyOf(one))) missing.set(keyOf(one), one);
    const asked = [...missing].slice(0, USUAL_QUESTIONS_MAX);
    await Promise.all(
      asked.map(async ([key, operation]) => {
        const { service, name, kind } = operation;
        const answer = await baseline(this.#client, {
          service,
          name,
          kind: isSpanKind(kind) ? spanKindName(kind) : undefined,
          from: undefined,
          to: undefined,
        }).catch(() => undefined);
        const nano = answer?.p50Nano ?? null;
        this.#known.set(key, { nano, sentence: answer?.sentence ?? "" });
      }),
    );
  }

  /** What is known of an operation by now. */
  of(operation: Operation): Usual {
    return this.#known.get(keyOf(operation)) ?? UNKNOWN_USUAL;
  }
}

function keyOf({ service, name, kind }: Operation): string {
  return `${kind} ${service}\0${name}`;
}
