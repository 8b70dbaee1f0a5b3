/** The value of a flag as a whole number, 1 or more. @throws when it is something else. */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`--${name} must be a whole number from 1 on, not "${text}"`);
  }
  return value;
}
