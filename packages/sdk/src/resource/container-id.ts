/** 64 hex digits, as container runtimes name containers. */
const CONTAINER_ID = /[0-9a-f]{64}/;

/**
 * The id of the container from `/proc/self/cgroup` (version 1) or, where that only says `0::/`,
 * from `/proc/self/mountinfo` (version 2), in which the runtime mounts files of its folder.
 */
export function findContainerId(cgroup: string, mountinfo: string): string | undefined {
  const fromCgroup = CONTAINER_ID.exec(cgroup)?.[0];
  if (fromCgroup !== undefined) return fromCgroup;
  const mount = mountinfo
    .split("\n")
    .find((line) => /\/(?:containers|sandboxes)\/[0-9a-f]{64}\/|\/overlay-containers\//.test(line));
  return mount === undefined ? undefined : CONTAINER_ID.exec(mount)?.[0];
}
