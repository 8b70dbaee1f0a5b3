/** How many colours there are for services; then they repeat. */
export const SERVICE_HUE_COUNT = 8;

/**
 * The colour of a service as a number from 0 to 7: a stable hash of its name, so that it has the
 * same colour in every trace, in the terminal and in the browser. FNV-1a over UTF-16 code units;
 * its low bits mix poorly and eight hues look at nothing else, hence the fold at the end.
 */
export function serviceHue(service: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < service.length; index += 1) {
    hash = Math.imul(hash ^ service.charCodeAt(index), 0x01000193);
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % SERVICE_HUE_COUNT;
}
