import { alwaysOff, alwaysOn, ParentBit, type Sampler } from "./sampler.ts";

/** What a parent-based sampler asks, by the kind of parent. */
export interface ParentBasedOptions {
  /** For spans without a parent. */
  readonly root: Sampler;
  readonly remoteParentSampled?: Sampler;
  readonly remoteParentNotSampled?: Sampler;
  readonly localParentSampled?: Sampler;
  readonly localParentNotSampled?: Sampler;
}

/** Follows the decision of the parent, so that a trace is kept as a whole or not at all. */
export function parentBased(options: ParentBasedOptions): Sampler {
  const {
    root,
    remoteParentSampled = alwaysOn,
    remoteParentNotSampled = alwaysOff,
    localParentSampled = alwaysOn,
    localParentNotSampled = alwaysOff,
  } = options;
  const delegateOf = (parent: number): Sampler => {
    if (parent === 0) return root;
    const isSampled = (parent & ParentBit.sampled) !== 0;
    if ((parent & ParentBit.remote) !== 0) {
      return isSampled ? remoteParentSampled : remoteParentNotSampled;
    }
    return isSampled ? localParentSampled : localParentNotSampled;
  };
  return {
    decide: (start) => delegateOf(start.parent).decide(start),
    toString: () =>
      `ParentBased{root=${root.toString()}, ` +
      `remoteParentSampled=${remoteParentSampled.toString()}, ` +
      `remoteParentNotSampled=${remoteParentNotSampled.toString()}, ` +
      `localParentSampled=${localParentSampled.toString()}, ` +
      `localParentNotSampled=${localParentNotSampled.toString()}}`,
  };
}
