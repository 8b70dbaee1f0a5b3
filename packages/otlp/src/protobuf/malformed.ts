/**
 * Input that does not follow its encoding. Thrown inside a decoder, because it has to leave many
 * levels of nesting at once, and turned into a value at the decoder's face by {@link guarded};
 * it never leaves this package.
 */
export class MalformedInput extends Error {
  override readonly name = "MalformedInput";
}

/** What is returned for input that could not be decoded. */
export interface Malformed {
  /** What is wrong and where, for the sender of the input. */
  readonly malformed: string;
}

/** The result of `decode`, or what was wrong with its input. Other errors pass. */
export function guarded<T>(decode: () => T): T | Malformed {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedInput) return { malformed: error.message };
    throw error;
  }
}
