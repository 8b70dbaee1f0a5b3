/*
 * What @spoor/otlp/traces-json needs of `node:buffer`, for the browser: the build puts it in the
 * place of that.
 */
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Whether the bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    // That is the answer.
    return false;
  }
}
