import type { ServerOptions } from "@spoor/server";
import type { Flag, VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, usage } from "../arguments/parse-arguments.ts";
import type { CommandContext } from "./command.ts";

const DEFAULT_DATABASE = "spoor";
const REPLICATION_CHOICES = ["keeper", "none"] as const;

/** The flags that name a ClickHouse of your own. */
export const CLICKHOUSE_FLAGS: readonly Flag[] = [
  {
    kind: "value",
    name: "clickhouse",
    placeholder: "<url>",
    fallback: "SPOOR_CLICKHOUSE_URL, else the embedded ClickHouse",
    summary: "keep the spans in a ClickHouse of your own: http://user:password@host:8123",
  },
  {
    kind: "value",
    name: "clickhouse-database",
    placeholder: "<name>",
    fallback: `SPOOR_CLICKHOUSE_DATABASE, else ${DEFAULT_DATABASE}`,
    summary: "its database; created when it does not exist",
  },
  {
    kind: "value",
    name: "clickhouse-cluster",
    placeholder: "<name>",
    fallback: "SPOOR_CLICKHOUSE_CLUSTER, else one server",
    summary: "the cluster over whose shards the spans are spread",
  },
  {
    kind: "value",
    name: "clickhouse-replication",
    placeholder: "<how>",
    choices: REPLICATION_CHOICES,
    fallback: "SPOOR_CLICKHOUSE_REPLICATION, else keeper",
    summary: "how a cluster copies its shards",
  },
];

/** Which ClickHouse to use; undefined for the embedded one. */
export function clickhouseOf(
  given: ParsedArguments,
  {
    verb,
    environment,
  }: {
    readonly verb: VerbDeclaration;
    readonly environment: CommandContext["environment"];
  },
): ServerOptions["clickhouse"] {
  // An empty variable is one that was switched off.
  const setting = (flag: string, variable: string): string | undefined =>
    given.value(flag) ?? (environment[variable] || undefined);
  const urls = setting("clickhouse", "SPOOR_CLICKHOUSE_URL");
  if (urls === undefined) {
    const alone = CLICKHOUSE_FLAGS.find(({ name }) => given.value(name) !== undefined);
    if (alone === undefined) return undefined;
    throw usage(verb, `--${alone.name} says nothing without --clickhouse or SPOOR_CLICKHOUSE_URL`);
  }
  const cluster = setting("clickhouse-cluster", "SPOOR_CLICKHOUSE_CLUSTER");
  const replication = replicationOf(
    setting("clickhouse-replication", "SPOOR_CLICKHOUSE_REPLICATION"),
    verb,
  );
  return {
    urls: urls.split(","),
    database: setting("clickhouse-database", "SPOOR_CLICKHOUSE_DATABASE") ?? DEFAULT_DATABASE,
    cluster,
    replication,
  };
}

function replicationOf(
  text: string | undefined,
  verb: VerbDeclaration,
): (typeof REPLICATION_CHOICES)[number] | undefined {
  const choice = REPLICATION_CHOICES.find((known) => known === text);
  if (choice !== undefined || text === undefined) return choice;
  const known = REPLICATION_CHOICES.join(", ");
  throw usage(verb, `SPOOR_CLICKHOUSE_REPLICATION is one of ${known}, not "${text}"`);
}
