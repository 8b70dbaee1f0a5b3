/** A binding that changes after it was imported. */
export let count = 0;

/** Changes it. */
export function increment(): void {
  count += 1;
}
