import type { SecureContextOptions } from "node:tls";
import type { Certificates, Endpoint } from "../settings/export-settings.ts";

/** What a connection needs to know. */
export interface TransportOptions {
  readonly endpoint: Endpoint;
  readonly headers: ReadonlyMap<string, string>;
  readonly certificates: Certificates;
  readonly attemptMsMax: number;
  readonly userAgent: string;
}

/** The certificates as Node takes them; what is not given stays as Node has it. */
export function secureOptions(certificates: Certificates): SecureContextOptions {
  const { authorities, clientCertificate, clientKey } = certificates;
  return {
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate }),
    ...(clientKey === undefined ? {} : { key: clientKey }),
  };
}
