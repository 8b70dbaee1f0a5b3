/** Any text in percent-encoding; half of a surrogate pair, which has none, becomes U+FFFD. */
export function encodedText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Percent-encoded text; undefined when it is missing or its encoding is not valid. */
export function decodedText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    // Not valid: what it was meant to say is not known, and the caller leaves it out.
    return undefined;
  }
}
