/*
 * What a scenario is: real programs that make a request hang, and who is to be named for it.
 *
 * A scenario runs in an application of its own, which is traced by the SDK as any other is. It says
 * what is to be found; whoever judges reads only what the application reports.
 */
import type { WaitKind } from "@spoor/trace";
import type { TestProgram } from "@spoor/waits/test-servers";

/** Where the stores are, as the application is told. */
export interface Stores {
  readonly postgresPort: number;
  /** The directory of its Unix socket. */
  readonly postgresSocket: string;
  readonly mariadbPort: number;
  readonly redisPort: number;
  readonly pgbouncerPort: number;
  /** A file for `/etc/resolv.conf`, with a name server that never answers. */
  readonly resolverFile: string;
}

/** Who is to be named. What is left out does not matter. */
export interface Expected {
  readonly kind: WaitKind;
  /** One of these processes holds it. */
  readonly pids?: readonly number[];
  /** A span of the application holds it. */
  readonly spanId?: string;
  /** The sentence says this. */
  readonly says?: string;
}

/** What a scenario works with. */
export interface Tools {
  readonly stores: Stores;
  /** Runs `work` in a span, as a request would. */
  request(name: string, work: () => Promise<unknown>): Promise<unknown>;
  /** Says who is to be named, before the request hangs. */
  expect(expected: Expected): void;
  /** Keeps a program until the scenario ends. */
  keep<T extends TestProgram>(program: T): T;
  /** Starts one of the programs beside this file, without tracing. */
  startBystander(name: string, ...args: readonly string[]): Promise<Bystander>;
  /** The same, in a network namespace. */
  startBystanderIn(namespace: string, name: string, ...args: readonly string[]): Promise<Bystander>;
}

/** A program of ours that is not traced. */
export interface Bystander {
  readonly pid: number;
  readonly port: number;
}

/** Makes a request hang. Resolves or rejects when it does not hang any more, if ever. */
export type Scenario = (tools: Tools) => Promise<void>;

/** Scenarios by name. */
export type Scenarios = Readonly<Record<string, Scenario>>;
