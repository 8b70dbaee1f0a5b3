/** A broken assumption inside Spoor itself. Never thrown for bad input or a failing environment. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * States something that is true unless Spoor has a bug. It stays on in production: a wrong answer
 * about an incident costs more than a restart.
 *
 * @throws InvariantError when `condition` is false; `values` are appended to the message as JSON.
 */
export function invariant(
  condition: boolean,
  message: string,
  values?: Readonly<Record<string, unknown>>,
): asserts condition {
  if (condition) return;
  const detail = values === undefined ? "" : ` ${JSON.stringify(values, bigintAsText)}`;
  throw new InvariantError(`broken invariant: ${message}${detail}`);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
