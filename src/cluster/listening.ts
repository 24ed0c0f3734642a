/** Where a cluster may be joined from elsewhere: addresses, and the token without which nobody is answered. */

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { invalidArgument } from "../wire/errors.ts";
import { addressText, parseAddress } from "./sockets/address.ts";
import type { Certificate } from "./sockets/transport.ts";

/** The number of who joins and has none yet; no member ever has it. */
export const JOINER = 255;

/** What joiners and the cluster that they join have in common. */
export interface Membership {
  /** Of the token; what the two ends of a connection prove that they know. */
  readonly secret: Uint8Array;
  readonly certificate?: Certificate | undefined;
}

export interface Listening extends Membership {
  readonly addresses: readonly string[];
}

const LEAST_TOKEN = 16;

/** What a file with a token makes. @throws BodkinError where others can read it, or it is too short to be one */
export function secretOf(tokenFile: unknown, name: string): Uint8Array {
  if (typeof tokenFile !== "string" || tokenFile === "") {
    throw invalidArgument(
      `${name} must be the path of a file with a token of ${LEAST_TOKEN} characters or more`,
    );
  }
  let text: string;
  let mode: number;
  try {
    text = readFileSync(tokenFile, "utf8").trim();
    mode = statSync(tokenFile).mode;
  } catch (error) {
    throw invalidArgument(`${name}: cannot read '${tokenFile}': ${(error as Error).message}`);
  }
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw invalidArgument(`${name}: others can read '${tokenFile}'; chmod 600 it`);
  }
  if (text.length < LEAST_TOKEN) {
    throw invalidArgument(
      `${name}: '${tokenFile}' holds ${text.length} characters, which is no token; make one with: openssl rand -hex 32`,
    );
  }
  return new Uint8Array(createHash("sha256").update("bodkin token ").update(text).digest());
}

/** @throws BodkinError for what is no address of a socket between hosts */
export function addressesOf(listen: unknown, name: string): string[] {
  const all = Array.isArray(listen) ? listen : [listen];
  return all.map((text) => {
    const address = parseAddress(String(text), name);
    if (address.carrier === "unix") {
      throw invalidArgument(`${name} must be tcp://host:port or tls://host:port, not ${text}`);
    }
    return addressText(address);
  });
}

/** Addresses at which others reach this host, in the place of those that stand for all it has. */
export function reachable(addresses: readonly string[]): string[] {
  return addresses.flatMap((text) => {
    // Other carriers have addresses of their own kind.
    if (!/^(tcp|tls):/.test(text)) return [text];
    const address = parseAddress(text);
    if (address.carrier === "unix" || !["0.0.0.0", "::"].includes(address.host)) return [text];
    return Object.values(networkInterfaces())
      .flatMap((own) => own ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4")
      .map((own) => addressText({ ...address, host: own.address }));
  });
}
