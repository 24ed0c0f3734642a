/**
 * Where processes reach each other: `unix:/path` on one host, `tcp://host:port` between hosts, and `tls://host:port`
 * where others could listen in.
 */

import { invalidArgument } from "../../wire/errors.ts";

export type Address =
  | { readonly carrier: "unix"; readonly path: string }
  | { readonly carrier: "tcp" | "tls"; readonly host: string; readonly port: number };

const FORMS = "tcp://host:port or tls://host:port";

/** @throws BodkinError where the text is no address; `what` says whose it is */
export function parseAddress(text: string, what = "an address"): Address {
  if (text.startsWith("unix:/")) return { carrier: "unix", path: text.slice("unix:".length) };
  const match = /^(tcp|tls):\/\/(?:\[([0-9a-fA-F:.]+)\]|([^\s:/?#[\]@]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[4]);
  if (!match || port > 65_535) {
    throw invalidArgument(`${what} must be ${FORMS}, such as tcp://10.0.0.1:7077, not ${text}`);
  }
  return {
    carrier: match[1] as "tcp" | "tls",
    host: (match[2] ?? match[3]) as string,
    port,
  };
}

export function addressText(address: Address): string {
  if (address.carrier === "unix") return `unix:${address.path}`;
  const { carrier, host, port } = address;
  return `${carrier}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
