import { startAgent } from "@spoor/waits";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { usage, wholeNumber } from "../arguments/parse-arguments.ts";
import { AGENT_SECRET_CHARACTERS_MIN } from "../base/limits.ts";
import { failure } from "../exit/error-codes.ts";
import type { Command } from "./command.ts";
import { listenForStop } from "./up.ts";

const DEFAULT_PORT = 4316;
const SECRET = "SPOOR_AGENT_SECRET";

const declaration: VerbDeclaration = {
  name: "agent",
  summary: "tell other machines which process of this one holds what they wait for",
  operands: "",
  operandCountMin: 0,
  operandCountMax: 0,
  flags: [
    {
      kind: "value",
      name: "host",
      placeholder: "<address>",
      fallback: "127.0.0.1",
      summary: "the address to listen on, at which applications see this machine",
    },
    {
      kind: "value",
      name: "port",
      placeholder: "<port>",
      fallback: String(DEFAULT_PORT),
      summary: "the port to listen on; the same on all machines",
    },
  ],
  details: [
    `Runs beside a database or a job. Applications with the same secret in ${SECRET} ask it for ` +
      "the process behind a connection, when something hangs and the process is not on their own " +
      "machine. It needs no server, keeps nothing, and asks nobody.",
    "It tells the executable, the script and the names of arguments, never their values, and only " +
      "of a connection that the question names. Who does not know the secret gets no answer, and " +
      "the secret never goes over the network.",
    "As root, or with CAP_SYS_PTRACE, it finds the processes of all users, otherwise those of its " +
      "own. Linux only.",
  ],
  examples: [
    `${SECRET}=$(cat /etc/spoor/agent-secret) spoor agent --host 10.0.0.5`,
    `${SECRET}=... spoor agent --host 0.0.0.0 --port 9316`,
  ],
};

/** `spoor agent`. */
export const agentCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, clock, stdout, stderr } = context;
    const host = given.value("host") ?? "127.0.0.1";
    const portText = given.value("port");
    const range = { verb: declaration, name: "--port", min: 0, max: 65_535 };
    const port = portText === undefined ? DEFAULT_PORT : wholeNumber(portText, range);
    const secret = environment[SECRET] ?? "";
    if (secret.length < AGENT_SECRET_CHARACTERS_MIN) {
      throw usage(
        declaration,
        `${SECRET} has to be a secret of at least ${AGENT_SECRET_CHARACTERS_MIN} characters, ` +
          "the same as that of the applications that ask",
      );
    }
    const stop = listenForStop(context);
    const agent = await startAgent({ host, port, secret, clock }).catch((cause: unknown) => {
      throw failure("SPOOR_CLI_AGENT", {
        what: `cannot listen on ${host}:${port}`,
        why: cause instanceof Error ? cause.message : String(cause),
        hint: "Choose another address with --host or another port with --port.",
        cause,
      });
    });
    if (process.getuid?.() !== 0) {
      stderr.write("It finds only the processes of its own user: run it as root to find all.\n");
    }
    stdout.write(`agent  http://${host.includes(":") ? `[${host}]` : host}:${agent.port}\n`);
    await stop;
    await agent.close();
    return "done";
  },
};
