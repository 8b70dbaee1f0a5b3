/** Where a process belongs, by its control group. */
export interface ControlGroup {
  /** The innermost systemd unit that is a service or a timer's service, `nightly.service`. */
  readonly unit?: string;
  /** The 64 hexadecimal digits of Docker, containerd and CRI-O. */
  readonly containerId?: string;
}

/** What `/proc/<pid>/cgroup` says, of version 1 or 2. */
export function parseControlGroup(text: string): ControlGroup {
  const paths = text.split("\n").map((line) => line.split(":").slice(2).join(":"));
  // Version 2 has one line, which begins with `0::`; version 1 has one for each controller.
  const path = paths.toSorted((left, right) => right.length - left.length)[0] ?? "";
  const containerId = /(?:^|[/:-])([\da-f]{64})(?=\.scope|\/|$)/u.exec(path)?.[1];
  const unit = path
    .split("/")
    .findLast((part) => /^[\w:.@\\-]+\.service$/u.test(part) && !part.startsWith("user@"));
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(containerId === undefined ? {} : { containerId }),
  };
}
