import { parentBased } from "../sampling/parent-based.ts";
import { ratio as keepShare } from "../sampling/ratio.ts";
import { alwaysOff, alwaysOn, type Sampler } from "../sampling/sampler.ts";
import type { SamplerSettings } from "../settings/settings.ts";

/** The sampler that the settings name. */
export function createSampler({ name, ratio }: SamplerSettings): Sampler {
  switch (name) {
    case "always_on":
      return alwaysOn;
    case "always_off":
      return alwaysOff;
    case "traceidratio":
      return keepShare(ratio);
    case "parentbased_always_on":
      return parentBased({ root: alwaysOn });
    case "parentbased_always_off":
      return parentBased({ root: alwaysOff });
    case "parentbased_traceidratio":
      return parentBased({ root: keepShare(ratio) });
  }
}

/** The same for people: `keeps 10 % of the traces that begin here`. */
export function samplerText({ name, ratio }: SamplerSettings): string {
  const share = `${Number((ratio * 100).toPrecision(4))} %`;
  switch (name) {
    case "always_on":
      return "keeps every span";
    case "always_off":
      return "keeps no span";
    case "traceidratio":
      return `keeps ${share} of the traces`;
    case "parentbased_always_on":
      return "keeps every trace that begins here";
    case "parentbased_always_off":
      return "keeps no trace that begins here";
    case "parentbased_traceidratio":
      return `keeps ${share} of the traces that begin here`;
  }
}
