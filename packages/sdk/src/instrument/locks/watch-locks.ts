/*
 * Wrappers for packages that hand out turns: async-mutex, p-limit and p-queue. What they return is
 * what they were given, or behaves like it; waits and holders are told on the way.
 */
import { applicationFrame, currentStack } from "../../doctor/call-site.ts";
import { activeActor } from "../database/connection-registry.ts";
import { type HolderInfo, waitForLock } from "./held-locks.ts";

/** Those who have a turn now. */
class Holders {
  readonly #holders = new Set<HolderInfo>();

  readonly list = (): readonly HolderInfo[] => [...this.#holders];

  /** Somebody has a turn, until what it returns is called. */
  add(holder: HolderInfo): () => void {
    this.#holders.add(holder);
    return () => void this.#holders.delete(holder);
  }
}

function whoAsks(): HolderInfo {
  const callSite = applicationFrame(currentStack());
  const { traceId, spanId } = activeActor();
  return { traceId, spanId, ...(callSite === "" ? {} : { callSite }) };
}

type Release = () => void;

/** What we use of a `Mutex` or `Semaphore` of async-mutex. */
export interface AsyncMutex {
  acquire: (...parts: never[]) => Promise<Release | [number, Release]>;
  runExclusive: (...parts: never[]) => Promise<unknown>;
}

/**
 * Watches a mutex or semaphore of async-mutex, in place.
 *
 * @example
 * const prices = watchMutex("prices", new Mutex());
 */
export function watchMutex<T extends AsyncMutex>(name: string, mutex: T): T {
  const holders = new Holders();
  const acquire = mutex.acquire.bind(mutex);
  mutex.acquire = async (...parts: never[]) => {
    const asked = whoAsks();
    const done = waitForLock(name, holders.list);
    let taken: Release | [number, Release];
    try {
      taken = await acquire(...parts);
    } finally {
      done();
    }
    const leave = holders.add(asked);
    const [value, release] = Array.isArray(taken) ? taken : [undefined, taken];
    const releaseAndTell = (): void => {
      leave();
      release();
    };
    return value === undefined ? releaseAndTell : [value, releaseAndTell];
  };
  const runExclusive = async (
    task: (value?: number) => unknown,
    ...parts: never[]
  ): Promise<unknown> => {
    const taken = await mutex.acquire(...parts);
    const [value, release] = Array.isArray(taken) ? taken : [undefined, taken];
    try {
      return await task(value);
    } finally {
      release();
    }
  };
  // The package's own goes round `acquire`; what it takes and gives is the same.
  mutex.runExclusive = runExclusive;
  return mutex;
}

type Task = (...parts: never[]) => unknown;

/** The task, which waits from now on and has its turn when it is called. */
function watchedTask(name: string, holders: Holders, task: Task): Task {
  const asked = whoAsks();
  const done = waitForLock(name, holders.list);
  return async (...parts) => {
    done();
    const leave = holders.add(asked);
    try {
      return await task(...parts);
    } finally {
      leave();
    }
  };
}

/**
 * Watches a limit of p-limit: a function with the same properties.
 *
 * @example
 * const limit = watchLimit("suppliers", pLimit(4));
 */
export function watchLimit<T extends (task: never, ...parts: never[]) => unknown>(
  name: string,
  limit: T,
): T {
  const holders = new Holders();
  return new Proxy(limit, {
    apply: (target, self, [task, ...parts]: [Task, ...unknown[]]) =>
      Reflect.apply(target, self, [watchedTask(name, holders, task), ...parts]),
  });
}

/** What we use of a `PQueue`. */
export interface TaskQueue {
  add: (task: never, options?: never) => Promise<unknown>;
}

/**
 * Watches a queue of p-queue, in place.
 *
 * @example
 * const mails = watchQueue("mails", new PQueue({ concurrency: 2 }));
 */
export function watchQueue<T extends TaskQueue>(name: string, queue: T): T {
  const holders = new Holders();
  // What `add` of p-queue takes and gives.
  const add = queue.add.bind(queue) as (task: Task, options?: unknown) => Promise<unknown>;
  queue.add = (task: Task, options?: unknown) => add(watchedTask(name, holders, task), options);
  return queue;
}
