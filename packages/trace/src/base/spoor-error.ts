/** What an operating error carries besides its message. */
export interface SpoorErrorOptions {
  /** Registered once in {@link ../base/error-codes.ts}, never reused: `SPOOR_<ROOM>_<WHAT>`. */
  readonly code: string;
  /** Whether the same request may succeed later without any change. */
  readonly retryable?: boolean;
  /** What the operator should do, as an imperative sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The environment did not do what was asked of it: a port is taken, a disk is full, a server is
 * down. The message reads "cannot <verb> <thing>: <reason>".
 *
 * Identify one by `code`, not by `instanceof`: two copies of this package may be installed.
 */
export class SpoorError extends Error {
  override readonly name = "SpoorError";
  readonly code: string;
  readonly retryable: boolean;
  readonly hint: string | undefined;

  constructor(message: string, options: SpoorErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.hint = options.hint;
  }
}

/** The stable code of an error thrown by Spoor, or `undefined` for any other value. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The message of anything that was thrown, for a line meant for people. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
