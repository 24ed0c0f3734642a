/**
 * The carrier over sockets: Unix-domain sockets in a private directory for processes of one host, TCP and TLS 1.3
 * between hosts. A process may listen at several addresses; who calls takes the first at which it is answered.
 */

import { chmodSync } from "node:fs";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  connect as dialTls,
  type SecureContextOptions,
  type TLSSocket,
} from "node:tls";
import { BodkinError, invalidArgument } from "../../wire/errors.ts";
import type { Link, Transport } from "../transport.ts";
import { type Address, addressText, parseAddress } from "./address.ts";
import type { Own } from "./handshake.ts";
import { SocketLink } from "./link.ts";

/** What `tls://` needs, as PEM. With authorities, each end also shows a certificate that one of them signed. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

export interface SocketTransportOptions {
  readonly worker: number;
  readonly secret: Uint8Array;
  /** Where to listen; port 0 is any that is free. */
  readonly listen: readonly string[];
  readonly certificate?: Certificate | undefined;
  /** An authenticated caller. */
  readonly onLink: (link: Link) => void;
  /** Open connections keep the process alive. */
  readonly keepsAlive: boolean;
}

/** Strangers beyond so many wait for those before them to prove themselves or be dropped. */
const MOST_STRANGERS = 64;
const CONNECT_MILLISECONDS = 5000;
const CHANNEL_LABEL = "EXPORTER-bodkin";

/** Listens; resolves when others may connect. */
export async function listenOnSockets(options: SocketTransportOptions): Promise<Transport> {
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  let strangers = 0;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (!options.keepsAlive) socket.unref();
  };
  const answer = (socket: Socket): void => {
    if (strangers >= MOST_STRANGERS) {
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    strangers++;
    track(socket);
    const link = new SocketLink(socket, ownOn(socket, options), "listener");
    link.ready
      .then(
        () => options.onLink(link),
        () => void socket.destroy(), // a stranger: nothing to say to it
      )
      .finally(() => void strangers--);
  };
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };

  const addresses: string[] = [];
  try {
    for (const text of options.listen) {
      const address = parseAddress(text);
      const server = serverFor(address, options, answer);
      servers.push(server);
      addresses.push(await listening(server, address));
      if (!options.keepsAlive) server.unref();
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses,
    connect: async (theirs) => {
      let failure: unknown;
      for (const text of theirs) {
        try {
          const socket = await connected(parseAddress(text), options, track);
          const link = new SocketLink(socket, ownOn(socket, options), "caller");
          await link.ready;
          return link;
        } catch (error) {
          failure = error;
        }
      }
      throw failure ?? new BodkinError("CLOSED", "the other process listens nowhere");
    },
    close,
  };
}

function serverFor(
  { carrier }: Address,
  options: SocketTransportOptions,
  answer: (socket: Socket) => void,
): Server {
  if (carrier === "tls") {
    const server = createTlsServer(
      {
        ...tlsOptions(options),
        requestCert: options.certificate?.ca !== undefined,
        handshakeTimeout: CONNECT_MILLISECONDS,
      },
      answer,
    );
    server.on("tlsClientError", (_, socket) => void socket.destroy());
    return server;
  }
  return createServer({ noDelay: true }, answer);
}

/** TLS 1.3 alone. Without authorities it keeps others from listening; who is there the handshake above it proves. */
function tlsOptions({ certificate }: SocketTransportOptions): SecureContextOptions & {
  readonly rejectUnauthorized: boolean;
} {
  if (!certificate) throw invalidArgument("tls:// needs a certificate: give tls: { cert, key }");
  return {
    ...certificate,
    minVersion: "TLSv1.3",
    rejectUnauthorized: certificate.ca !== undefined,
  };
}

async function listening(server: Server, address: Address): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(
      address.carrier === "unix"
        ? { path: address.path }
        : { host: address.host, port: address.port },
      resolve,
    );
  });
  if (address.carrier === "unix") {
    chmodSync(address.path, 0o600);
    return addressText(address);
  }
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
  return addressText({ ...address, port });
}

async function connected(
  address: Address,
  options: SocketTransportOptions,
  track: (socket: Socket) => void,
): Promise<Socket> {
  const socket = called(address, options);
  track(socket);
  await new Promise<void>((resolve, reject) => {
    const where = addressText(address);
    const timer = setTimeout(() => {
      socket.destroy(new BodkinError("CLOSED", `${where} does not answer`));
    }, CONNECT_MILLISECONDS);
    socket.once(address.carrier === "tls" ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve();
    });
    socket.once("error", reject);
    socket.once("close", () => {
      clearTimeout(timer);
      reject(new BodkinError("CLOSED", `${where} closed the connection`));
    });
  });
  return socket;
}

function called(address: Address, options: SocketTransportOptions): Socket {
  if (address.carrier === "unix") return dial({ path: address.path });
  const { carrier, host, port } = address;
  if (carrier === "tcp") return dial({ host, port, noDelay: true });
  // Members are told apart by what they prove, not by the names of their hosts.
  const checkServerIdentity = (): undefined => undefined;
  return dialTls({ ...tlsOptions(options), host, port, checkServerIdentity });
}

/** What this process proves on a connection, bound to the channel below it. */
function ownOn(socket: Socket, { secret, worker }: SocketTransportOptions): Own {
  const exported = (socket as Partial<TLSSocket>).exportKeyingMaterial;
  const channel = exported?.call(socket, 32, CHANNEL_LABEL, Buffer.alloc(0));
  return { secret, worker, channel: channel ? new Uint8Array(channel) : new Uint8Array(0) };
}
