/** How often the event loop is looked at. */
export const LOOK_EVERY_MS = 10;

/** The environment variable that says where to write what was seen. */
export const RESULT_PATH_VARIABLE = "SPOOR_BENCH_LOOP_DELAY";

/** One look at the event loop. */
export interface LoopLook {
  /** How much later than it was due. */
  readonly lateMs: number;
  /** What the main thread computed since the look before. */
  readonly cpuMs: number;
}
