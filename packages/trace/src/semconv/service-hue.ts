/** How many colours there are for services; then they repeat. */
export const SERVICE_HUE_COUNT = 8;

/**
 * The colour of a service as a number from 0 to 7: a stable hash of its name, so that it has the
 * same colour in every trace, in the terminal and in the browser. FNV-1a over UTF-16 code units,
 * mixed once more because its low bits alone are poor on short names.
 */
export function serviceHue(service: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < service.length; index += 1) {
    hash = Math.imul(hash ^ service.charCodeAt(index), 0x01000193);
  }
  hash ^= hash >>> 15;
  return (Math.imul(hash, 0x2c1b3c6d) >>> 16) % SERVICE_HUE_COUNT;
}
