/*
 * What an agent is asked and answers, and how both know each other.
 *
 * Both have a secret that never goes over the network. A question is signed with it and with the
 * time, the answer with it and with the question's signature: nobody else can ask, nor answer, and
 * what was overheard cannot be asked again later. What is said is not hidden: it is a process
 * without anything that its command line may keep secret.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { ProcessIdentity } from "@spoor/trace";
import { known } from "../base/known.ts";
import type {
  ClientConnection,
  ClientFinding,
  OwnConnection,
  Peer,
} from "../process/client-finder.ts";
import type { Endpoint } from "../sockets/endpoint.ts";

/** Who is at the client's end of a connection. */
export const CLIENT_PATH = "/v1/client";
/** What has become of a connection at its other end. */
export const PEER_PATH = "/v1/peer";
/** `<ms since 1970>:<hex>` of a question, `<hex>` of an answer. */
export const SIGNATURE_HEADER = "x-spoor-signature";

/** What is signed: the time of a question, or the signature that an answer answers. */
export interface Signed {
  readonly secret: string;
  readonly before: string;
  readonly path: string;
  readonly body: string;
}

/** The signature, in hexadecimal. */
export function signatureOf({ secret, before, path, body }: Signed): string {
  return createHmac("sha256", secret).update(`${before}\n${path}\n${body}`).digest("hex");
}

/** Whether `signature` is that of these words; takes the same time for every wrong one. */
export function isSigned(signature: string, signed: Signed): boolean {
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(signed))];
  return given.length === right.length && timingSafeEqual(given, right);
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a JSON object; none for anything else, and for what is no JSON. */
export function parseFields(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    // Whoever reads it finds no field that it needs, and says so.
    return {};
  }
}

function fieldsOf(value: unknown): Fields {
  // An object's own fields are of any type, which is what the type says.
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function endpointIn(value: unknown): Endpoint | undefined {
  const { address, port } = fieldsOf(value);
  if (typeof address !== "string" || isIP(address) === 0) return undefined;
  const isPort = typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536;
  return isPort ? { address, port } : undefined;
}

function countIn(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The connection in a question; undefined when it names no end of one. */
export function connectionIn(fields: Fields): ClientConnection | undefined {
  const connection = known({
    client: endpointIn(fields["client"]),
    server: endpointIn(fields["server"]),
    serverPid: countIn(fields["serverPid"]),
  });
  const isNamed = connection.client !== undefined || connection.serverPid !== undefined;
  return isNamed ? connection : undefined;
}

/** The connection in a question about its other end, as the one who asks sees it. */
export function ownConnectionIn(fields: Fields): OwnConnection | undefined {
  const local = endpointIn(fields["local"]);
  const remote = endpointIn(fields["remote"]);
  return local === undefined || remote === undefined ? undefined : { local, remote };
}

/** What is sent for `finding`, with the name of the host on which its process runs. */
export function findingFields(finding: ClientFinding, host: string): Fields {
  if (finding.outcome !== "found") return { ...finding };
  const { startedUnixNano, ...process } = finding.process;
  const started = startedUnixNano === undefined ? {} : { started: startedUnixNano.toString() };
  return { ...finding, process: { ...process, ...started, host } };
}

/** What was found, by these fields; undefined when they are not an agent's. */
export function findingIn(fields: Fields): ClientFinding | undefined {
  const source = textIn(fields["source"]);
  if (fields["outcome"] === "unknown") {
    return { outcome: "unknown", reason: textIn(fields["reason"]) ?? "its agent says no reason" };
  }
  if (source === undefined) return undefined;
  if (fields["outcome"] === "gone") {
    return { outcome: "gone", source, fact: textIn(fields["fact"]) ?? "its agent says so" };
  }
  const process = processIn(fieldsOf(fields["process"]));
  if (fields["outcome"] !== "found" || process === undefined) return undefined;
  const certainty = fields["certainty"] === "seen" ? "seen" : "probable";
  return { outcome: "found", process, certainty, source, isProxy: fields["isProxy"] === true };
}

function processIn(fields: Fields): ProcessIdentity | undefined {
  const pid = countIn(fields["pid"]);
  const command = textIn(fields["command"]);
  if (pid === undefined || command === undefined) return undefined;
  const started = textIn(fields["started"]);
  return {
    pid,
    command,
    hiddenArgumentCount: countIn(fields["hiddenArgumentCount"]) ?? 0,
    ...known({
      host: textIn(fields["host"]),
      executable: textIn(fields["executable"]),
      uid: countIn(fields["uid"]),
      unit: textIn(fields["unit"]),
      containerId: textIn(fields["containerId"]),
      serviceName: textIn(fields["serviceName"]),
      podName: textIn(fields["podName"]),
      startedUnixNano: /^\d{1,19}$/u.test(started ?? "") ? BigInt(started ?? 0) : undefined,
      parentPid: countIn(fields["parentPid"]),
      parentCommand: textIn(fields["parentCommand"]),
    }),
  };
}

/** What is sent for the other end of a connection. */
export function peerFields(peer: Peer | undefined, host: string): Fields {
  if (peer === undefined) return {};
  const { socket, isAccepted, owner } = peer;
  return { unreadBytes: socket.unreadBytes, isAccepted, owner: findingFields(owner, host) };
}

/** The other end, by these fields; undefined when the agent does not know it. */
export function peerIn(fields: Fields): Peer | undefined {
  const unreadBytes = countIn(fields["unreadBytes"]);
  const owner = findingIn(fieldsOf(fields["owner"]));
  if (unreadBytes === undefined || owner === undefined) return undefined;
  return { socket: { unreadBytes }, isAccepted: fields["isAccepted"] === true, owner };
}
