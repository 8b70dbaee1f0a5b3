/**
 * Input that does not follow its encoding. Thrown inside a decoder, because it has to leave many
 * levels of nesting at once, and turned into a value at the decoder's face by {@link guarded};
 * it never leaves this package.
 */
export class MalformedInput extends Error {
  override readonly name = "MalformedInput";
  /** True when the input follows its encoding and holds more than it may. */
  readonly isOverLimit: boolean;

  constructor(message: string, { isOverLimit = false }: { readonly isOverLimit?: boolean } = {}) {
    super(message);
    this.isOverLimit = isOverLimit;
  }
}

/** What is returned for input that could not be decoded. */
export interface Malformed {
  /** What is wrong and where, for the sender of the input. */
  readonly malformed: string;
  /** There when nothing is wrong with it but that it is too much. */
  readonly isOverLimit?: true;
}

/** The result of `decode`, or what was wrong with its input. Other errors pass. */
export function guarded<T>(decode: () => T): T | Malformed {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof MalformedInput)) throw error;
    return { malformed: error.message, ...(error.isOverLimit ? { isOverLimit: true } : {}) };
  }
}
