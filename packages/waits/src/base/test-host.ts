import { execFileSync, spawnSync } from "node:child_process";
import { findProgram } from "./test-program.ts";

/** Another host: a network namespace with a cable to this one. */
export interface TestHost extends Disposable {
  /** `ip netns exec <namespace>` runs a program there. */
  readonly namespace: string;
  /** Its own address. */
  readonly address: string;
  /** At which it reaches this host. */
  readonly hereAddress: string;
  /** Pulls the cable. */
  cut(): void;
}

function ip(...words: readonly string[]): void {
  execFileSync("ip", words, { stdio: "pipe" });
}

/** Why there can be no other host; false when there can. */
export const NO_TEST_HOST: string | false = whyNoTestHost();

function whyNoTestHost(): string | false {
  if (findProgram("ip") === undefined) return "ip of iproute2 is not installed";
  const name = `spoor-try-${process.pid}`;
  if (spawnSync("ip", ["netns", "add", name]).status !== 0) {
    return "a network namespace may not be made here";
  }
  ip("netns", "del", name);
  return false;
}

/** Starts a host. It is gone when it is disposed of, or with this process. */
export function startTestHost(): TestHost {
  const id = process.pid % 10_000;
  const namespace = `spoor-${id}`;
  const [near, far] = [`sp${id}a`, `sp${id}b`];
  const network = `10.${100 + (id % 100)}.${Math.floor(id / 100)}`;
  const remove = (): void => ip("netns", "del", namespace);
  ip("netns", "add", namespace);
  process.once("exit", remove);
  ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", namespace);
  ip("addr", "add", `${network}.1/24`, "dev", near);
  ip("link", "set", near, "up");
  ip("-n", namespace, "link", "set", "lo", "up");
  ip("-n", namespace, "addr", "add", `${network}.2/24`, "dev", far);
  ip("-n", namespace, "link", "set", far, "up");
  return {
    namespace,
    address: `${network}.2`,
    hereAddress: `${network}.1`,
    cut: () => ip("-n", namespace, "link", "set", far, "down"),
    [Symbol.dispose]: () => {
      process.removeListener("exit", remove);
      remove();
    },
  };
}
