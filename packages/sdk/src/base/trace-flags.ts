/** The bits of W3C `trace-flags`. Trace Context level 2, section 3.2.2.5. */
export const SAMPLED_FLAG = 0x01;
/** The low 56 bits of the trace id are random, so that a sampler may decide by them. */
export const RANDOM_FLAG = 0x02;
