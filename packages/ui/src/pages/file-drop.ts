/*
 * A file that is dropped anywhere on the page is opened, instead of replacing the page.
 */

/** Marks the page while a file is above it. */
const MARK = "is-dropping";

/** Calls `onFile` with each file that is dropped; of several with the first. */
export function watchFileDrops(onFile: (file: File) => void): void {
  const { classList } = document.documentElement;
  window.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    classList.add(MARK);
  });
  window.addEventListener("dragleave", (event) => {
    // Over the edge of the window; between elements of it there is always another one.
    if (event.relatedTarget === null) classList.remove(MARK);
  });
  window.addEventListener("drop", (event) => {
    classList.remove(MARK);
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    onFile(file);
  });
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") === true;
}
