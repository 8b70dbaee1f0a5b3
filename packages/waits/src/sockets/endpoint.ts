/*
 * Addresses and ports as people and databases write them, and as the kernel does in
 * `/proc/net/tcp`: each 32-bit word of the address in hexadecimal, in the byte order of the
 * machine, then the port, `0100007F:1538`.
 */
import { isIPv4, isIPv6 } from "node:net";
import { endianness } from "node:os";

/** One end of a TCP connection. */
export interface Endpoint {
  /** IPv4 or IPv6, in any spelling. */
  readonly address: string;
  readonly port: number;
}

const MAPPED_PREFIX = "00000000000000000000ffff";
const IS_LITTLE = endianness() === "LE";

/** The 16 or 4 bytes of an address as hexadecimal in network order; undefined if it is none. */
function addressHex(address: string): string | undefined {
  const [bare = ""] = address.split("%", 1);
  if (isIPv4(bare)) {
    return bare
      .split(".")
      .map((part) => Number(part).toString(16).padStart(2, "0"))
      .join("");
  }
  return isIPv6(bare) ? unmapped(ipv6Hex(bare)) : undefined;
}

/** An IPv4 address that came in through an IPv6 socket is the IPv4 address. */
function unmapped(hex: string): string {
  return hex.startsWith(MAPPED_PREFIX) ? hex.slice(MAPPED_PREFIX.length) : hex;
}

function ipv6Hex(address: string): string {
  // A dotted end stands for the last two groups.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/u.exec(address);
  if (dotted !== null) {
    const hex = addressHex(dotted[2] ?? "") ?? "";
    return ipv6Hex(`${dotted[1]}${hex.slice(0, 4)}:${hex.slice(4)}`);
  }
  const [before = "", after] = address.split("::");
  const [left, right] = [groupsOf(before), groupsOf(after ?? "")];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right]
    .map((group) => group.padStart(4, "0"))
    .join("")
    .toLowerCase();
}

function groupsOf(part: string): string[] {
  return part.split(":").filter((group) => group !== "");
}

/** Whether both spell the same address. */
export function isSameAddress(left: string, right: string): boolean {
  const hex = addressHex(left);
  return hex !== undefined && hex === addressHex(right);
}

/** Whether both are the same end of a connection. */
export function isSameEndpoint(left: Endpoint, right: Endpoint): boolean {
  return left.port === right.port && isSameAddress(left.address, right.address);
}

/** Whether an address means "this machine", seen from the machine that says it. */
export function isLoopback(address: string): boolean {
  const hex = addressHex(address);
  return hex !== undefined && (hex.length === 8 ? hex.startsWith("7f") : /^0{31}1$/u.test(hex));
}

/** How the kernel writes an endpoint in its table for IPv4, if it has one, and for IPv6. */
export function kernelForms({ address, port }: Endpoint): { v4?: string; v6: string } | undefined {
  const hex = addressHex(address);
  if (hex === undefined) return undefined;
  const portHex = port.toString(16).padStart(4, "0").toUpperCase();
  const form = (network: string) => `${swapWords(network).toUpperCase()}:${portHex}`;
  if (hex.length === 32) return { v6: form(hex) };
  return { v4: form(hex), v6: form(`${MAPPED_PREFIX}${hex}`) };
}

/** The endpoint that the kernel wrote; undefined if it is not one. */
export function parseKernelForm(text: string): Endpoint | undefined {
  const match = /^([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4})$/u.exec(text);
  if (match === null) return undefined;
  const hex = unmapped(swapWords((match[1] ?? "").toLowerCase()));
  return { address: addressText(hex), port: Number.parseInt(match[2] ?? "", 16) };
}

function addressText(hex: string): string {
  if (hex.length === 8) {
    return (hex.match(/../gu) ?? []).map((byte) => Number.parseInt(byte, 16)).join(".");
  }
  const groups = (hex.match(/.{4}/gu) ?? []).join(":");
  // The URL standard writes IPv6 addresses as RFC 5952 does, between brackets.
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

function swapWords(hex: string): string {
  if (!IS_LITTLE) return hex;
  return (hex.match(/.{8}/gu) ?? [])
    .map((word) => (word.match(/../gu) ?? []).toReversed().join(""))
    .join("");
}

/** `10.0.0.5:5432`, `[::1]:5432` */
export function endpointText({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
