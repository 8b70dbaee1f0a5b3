/*
 * Which colour and which two letters stand for a service.
 *
 * Both follow from the name alone, so that a service looks the same in every trace, and only where
 * two services of one picture would look alike does the later name (in alphabetical order) give
 * way. The letters carry the identity; the colour only helps the eye.
 */

import { SERVICE_HUE_COUNT, serviceHue } from "@spoor/trace";

/** How a service is drawn. */
export interface ServiceLook {
  /** Which of the tokens `--service-0` to `--service-7`. */
  readonly hue: number;
  /** True in the second round of eight, where a texture tells services of one hue apart. */
  readonly isStriped: boolean;
  /** Two letters. */
  readonly monogram: string;
}

/** How each of the services of one picture is drawn. More than 16 services repeat looks. */
export function serviceLooks(services: Iterable<string>): ReadonlyMap<string, ServiceLook> {
  const looks = new Map<string, ServiceLook>();
  const slots = new Set<number>();
  const monograms = new Set<string>();
  for (const service of [...new Set(services)].sort()) {
    const slot = freeSlot(serviceHue(service), slots);
    const monogram = freeMonogram(service, monograms);
    slots.add(slot);
    monograms.add(monogram);
    looks.set(service, {
      hue: slot % SERVICE_HUE_COUNT,
      isStriped: slot >= SERVICE_HUE_COUNT,
      monogram,
    });
  }
  return looks;
}

/** The tokens of a look, to be set as custom properties. */
export function lookVariables(look: ServiceLook | undefined): Record<string, string> {
  const hue = look?.hue ?? SERVICE_HUE_COUNT - 1;
  return { "--service": `var(--service-${hue})`, "--on-service": `var(--on-service-${hue})` };
}

/** The wished slot, else the next free plain one, else the next free striped one, else the wish. */
function freeSlot(wish: number, taken: ReadonlySet<number>): number {
  for (let step = 0; step < 2 * SERVICE_HUE_COUNT; step += 1) {
    const round = step < SERVICE_HUE_COUNT ? 0 : SERVICE_HUE_COUNT;
    const slot = ((wish + step) % SERVICE_HUE_COUNT) + round;
    if (!taken.has(slot)) return slot;
  }
  return wish;
}

/** The initials of the first two words, else the first letter and a later one of the name. */
function freeMonogram(service: string, taken: ReadonlySet<string>): string {
  const words = service.toUpperCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const letters = Array.from(words.join(""));
  const first = letters[0] ?? "?";
  const [initial] = Array.from(words[1] ?? "");
  const seconds = [...(initial === undefined ? [] : [initial]), ...letters.slice(1)];
  const wish = `${first}${seconds[0] ?? ""}`;
  return seconds.map((second) => first + second).find((name) => !taken.has(name)) ?? wish;
}
