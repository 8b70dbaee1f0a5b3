import { createHash, randomBytes } from "node:crypto";

import { EMBEDDED_DATABASE, ENGINE_MEMORY_BYTES_MAX } from "../base/limits.ts";
import type { Credentials, Endpoint } from "./endpoint.ts";

/** The header without whose secret value the engine answers 404 to everything. */
const SECRET_HEADER = "X-Spoor-Engine";

/** Fresh secrets and the address at which the engine shall listen. */
export function newEndpoint(port: number): Endpoint {
  return {
    url: `http://127.0.0.1:${port}`,
    headers: { [SECRET_HEADER]: secret() },
    database: EMBEDDED_DATABASE,
    writer: { username: "spoor", password: secret() },
    reader: { username: "query", password: secret() },
  };
}

/** What an engine has that is not only for its parent: a node of a cluster, as the tests run it. */
export interface EngineNode {
  /** Opens the native protocol too, in which the nodes of a cluster speak to each other. */
  readonly tcpPort: number;
  /** More of the configuration, as XML elements. */
  readonly elements: readonly string[];
  /** More rights of the writer. */
  readonly grants: readonly string[];
}

/**
 * The engine's configuration.
 *
 * Users: the engine's own first session logs in as `default` without a password and from
 * loopback, which cannot be changed. So that nobody else becomes `default` by asking, every HTTP
 * request has to carry a secret header, and `default` may do only what that session needs: listen,
 * and read the pipe whose end stops it. `spoor` owns the database of that name, `query` reads it.
 */
export function engineConfig(options: {
  readonly endpoint: Endpoint;
  readonly configPath: string;
  readonly node?: EngineNode | undefined;
}): string {
  const { endpoint, configPath, node } = options;
  return tag("clickhouse", [
    tag("logger", tag("level", "none")),
    ...SERVER_SETTINGS.map(([name, value]) => tag(name, String(value))),
    ...secretHandlers(endpoint),
    ...(node?.elements ?? []),
    tag("users_config", escapeXml(configPath)),
    tag("users", [
      user({ username: "default", password: "" }, "default", [
        "GRANT SYSTEM LISTEN ON *.*",
        "GRANT READ ON FILE",
        "GRANT CREATE TEMPORARY TABLE ON *.*",
      ]),
      user(endpoint.writer, "default", [
        "GRANT ALL ON spoor.*",
        "GRANT TABLE ENGINE ON *",
        "GRANT SELECT ON system.*",
        ...(node?.grants ?? []),
      ]),
      user(endpoint.reader, "reader", ["GRANT SELECT ON spoor.*"]),
    ]),
    tag("profiles", [tag("default", ""), tag("reader", READER_PROFILE)]),
    tag("quotas", tag("default", "")),
  ]);
}

const READER_PROFILE = [
  tag("readonly", "2"),
  // Indexes are looked at before rows: in one sweep, and `max_rows_to_read` can go by what is left.
  tag("use_skip_indexes_on_data_read", "0"),
];

/** Answers only requests with the secret headers; where there are none, what ClickHouse does. */
function secretHandlers({ headers }: Endpoint): string[] {
  const rules = Object.entries(headers).map(([name, value]) => tag(name, value));
  if (rules.length === 0) return [];
  const handler = [tag("type", "dynamic_query_handler"), tag("query_param_name", "query")];
  const rule = tag("rule", [tag("headers", rules), tag("handler", handler)]);
  return [tag("http_handlers", [rule])];
}

/** For a laptop: a server's defaults keep hundreds of threads and several GB of caches. */
const SERVER_SETTINGS: readonly (readonly [string, number])[] = [
  ["max_server_memory_usage", ENGINE_MEMORY_BYTES_MAX],
  ["mark_cache_size", 128_000_000],
  ["uncompressed_cache_size", 0],
  ["background_pool_size", 2],
  ["background_merges_mutations_concurrency_ratio", 2],
  ["background_schedule_pool_size", 4],
  ["background_move_pool_size", 1],
  ["background_fetches_pool_size", 1],
  ["background_common_pool_size", 2],
  ["background_buffer_flush_schedule_pool_size", 1],
  ["background_message_broker_schedule_pool_size", 1],
  ["background_distributed_schedule_pool_size", 1],
  ["max_thread_pool_size", 500],
  ["max_concurrent_queries", 100],
  ["keep_alive_timeout", 60],
];

function user({ username, password }: Credentials, profile: string, grants: string[]): string {
  const credential =
    password === ""
      ? tag("password", "")
      : tag("password_sha256_hex", createHash("sha256").update(password).digest("hex"));
  return tag(username, [
    credential,
    tag("networks", tag("ip", "127.0.0.1")),
    tag("profile", profile),
    tag("quota", "default"),
    tag(
      "grants",
      grants.map((grant) => tag("query", grant)),
    ),
  ]);
}

function secret(): string {
  return randomBytes(24).toString("hex");
}

/** An XML element. */
export function tag(name: string, content: string | readonly string[]): string {
  const inner = typeof content === "string" ? content : `\n${content.join("\n")}\n`;
  return `<${name}>${inner}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
