/*
 * The process in which the embedded ClickHouse runs. An entry point: started by EngineProcess with
 * one argument, the JSON of EngineChildOptions; not imported by anything.
 *
 * 1. `libchdb` exports `chdb_query_cmdline`, which runs clickhouse-local's main function. One of
 *    its statements, SYSTEM START LISTEN, opens the real HTTP interface (in ClickHouse since 26.x).
 * 2. The next statement reads this process's stdin to its end, which keeps the engine running for
 *    as long as the parent lives: a dying parent closes the pipe, whatever it dies of. Nothing but
 *    the end of stdin stops the engine in an orderly way.
 * 3. SIGINT, SIGTERM and SIGHUP are ignored: Ctrl-C goes to the whole process group, and the
 *    parent still has spans to write when it gets it.
 *
 * The library is called on a thread of its own through ffi-rs: its main function does not return
 * until the engine stops.
 */
import { DataType, load, open } from "ffi-rs";

interface EngineChildOptions {
  readonly libraryPath: string;
  readonly dataPath: string;
  readonly configPath: string;
  readonly port: number;
  /** Of the native protocol; closed when it is left out. */
  readonly tcpPort?: number;
  readonly orphanCheckMs: number;
}

// The parent is the only caller, and it builds the text from the same fields.
const options = JSON.parse(process.argv[2] ?? "{}") as EngineChildOptions;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

open({ library: "chdb", path: options.libraryPath });
load({
  library: "chdb",
  // Otherwise the engine installs its own handlers and swallows the signals.
  funcName: "chdb_set_signal_handlers_enabled",
  retType: DataType.Void,
  paramsType: [DataType.I32],
  paramsValue: [0],
});

// Each protocol that listens, by its name in SQL.
const protocols = options.tcpPort === undefined ? ["HTTP"] : ["TCP", "HTTP"];

const commandLine = [
  "clickhouse",
  `--path=${options.dataPath}`,
  "--listen_host=127.0.0.1",
  `--http_port=${options.port}`,
  ...(options.tcpPort === undefined ? [] : [`--tcp_port=${options.tcpPort}`]),
  `--config-file=${options.configPath}`,
  "--query",
  [
    ...protocols.map((protocol) => `SYSTEM START LISTEN ${protocol}`),
    "SELECT * FROM file('-', 'LineAsString', 'line String') FORMAT Null",
    ...protocols.map((protocol) => `SYSTEM STOP LISTEN ${protocol}`),
  ].join("; "),
];

stopWhenOrphaned(process.ppid);

await load({
  library: "chdb",
  funcName: "chdb_query_cmdline",
  // A pointer to a result that lives until the process ends; errors were printed to stderr.
  retType: DataType.BigInt,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [commandLine.length, commandLine],
  runInNewThread: true,
});
// Without running the library's static destructors, which race with its threads: the engine has
// stopped and there is nothing left to write.
process.kill(process.pid, "SIGKILL");

/** Kills this process when its parent is gone and the orderly stop did not come about. */
function stopWhenOrphaned(parentPid: number): void {
  let seenOrphaned = false;
  setInterval(() => {
    if (process.ppid === parentPid) return;
    if (seenOrphaned) process.kill(process.pid, "SIGKILL");
    seenOrphaned = true;
  }, options.orphanCheckMs);
}
