/**
 * What a piece of work can wait for. `unknown` is an answer too, and always carries its reason.
 *
 * The words before the dot name who could end the wait: a database, the other end of a connection,
 * Redis, or this process itself.
 */
export const WAIT_KINDS = {
  "db.lock": "a lock in the database",
  "db.running": "the database, which is working on the statement",
  "db.unread": "this process to read what the database has answered",
  pool: "a connection of the pool",
  "http.queued": "a connection of the HTTP agent",
  "http.unacked": "the peer's machine to take what was sent",
  "http.unread": "the peer's process to read what was sent",
  "http.unanswered": "the peer's answer",
  dns: "a name to be resolved",
  threadpool: "a thread of the thread pool",
  eventloop: "the event loop of this process",
  "redis.stall": "Redis, which is busy with another client's command",
  "redis.blocked": "an element of a list or stream in Redis",
  promise: "a promise that nothing can settle any more",
  mutex: "a mutex or semaphore of this process",
  unknown: "something unknown",
} as const;

/** A registered thing to wait for. */
export type WaitKind = keyof typeof WAIT_KINDS;

/** Whether `text` is a registered kind, as it came from the wire. */
export function isWaitKind(text: unknown): text is WaitKind {
  return typeof text === "string" && Object.hasOwn(WAIT_KINDS, text);
}
