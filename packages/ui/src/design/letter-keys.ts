/*
 * Whether single letters do something. People who dictate, and people whose hands shake, turn them
 * off (WCAG 2.1.4). The choice is kept in this browser.
 */

const STORAGE_KEY = "spoor.letterKeys";

/** True unless the reader turned them off. */
export function hasLetterKeys(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== "off";
  } catch {
    // A browser may forbid storage; then they are on.
    return true;
  }
}

/** Turns them on or off, and keeps the choice. */
export function setLetterKeys(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, "off");
  } catch {
    // As above.
  }
}
