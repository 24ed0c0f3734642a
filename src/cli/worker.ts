/** `bodkin worker`: this computer as a worker of a cluster that runs elsewhere. */

import { readFileSync } from "node:fs";
import { join } from "../cluster/joiner.ts";
import { addressesOf, secretOf } from "../cluster/listening.ts";
import { settings } from "../cluster/settings.ts";
import type { Certificate } from "../cluster/sockets/transport.ts";
import "../index.ts";
import { type Command, UsageError, type Words } from "./command.ts";

export const command: Command = {
  usage: "worker --join ADDRESS --token-file FILE",
  summary: "serve a cluster that listens elsewhere, until it ends",
  options: {
    join: { type: "string", value: "ADDRESS", help: "of the cluster: tcp://host:port, or tls://" },
    "token-file": { type: "string", value: "FILE", help: "the token of the cluster" },
    threads: { type: "string", value: "N", help: "compute threads; one a core by default" },
    memory: { type: "string", value: "SIZE", help: 'for data, such as "2GiB"; more goes to disk' },
    "spill-dir": { type: "string", value: "FOLDER", help: "where that is" },
    listen: {
      type: "string",
      value: "ADDRESS",
      help: "where other workers reach this one; any port of the host it calls from by default",
    },
    "tls-cert": { type: "string", value: "FILE", help: "certificate, for tls://" },
    "tls-key": { type: "string", value: "FILE", help: "its key" },
    "tls-ca": { type: "string", value: "FILE", help: "whose certificates the others must show" },
  },
  async run(words) {
    const { join: head, "token-file": tokenFile, listen, threads, memory } = words.values;
    const spillDir = words.values["spill-dir"];
    if (!head) throw new UsageError("say which cluster to join: --join tcp://host:port");
    if (!tokenFile)
      throw new UsageError("joining takes the token of the cluster: --token-file FILE");
    const [address] = addressesOf(head, "--join") as [string];
    const own = settings({
      ...(threads !== undefined && { threads: Number(threads) }),
      ...(memory !== undefined && { memory: String(memory) }),
      ...(spillDir !== undefined && { spillDir: String(spillDir) }),
    });
    await join({
      ...own,
      head: address,
      secret: secretOf(tokenFile, "--token-file"),
      certificate: certificateOf(words),
      listen: listen === undefined ? undefined : addressesOf(listen, "--listen")[0],
      onJoined: (worker) =>
        console.error(`bodkin: joined ${address} as worker ${worker} with ${own.threads} threads`),
    });
  },
};

function certificateOf({ values }: Words): Certificate | undefined {
  const { "tls-cert": cert, "tls-key": key, "tls-ca": ca } = values;
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (!cert || !key) throw new UsageError("tls takes both --tls-cert and --tls-key");
  const read = (path: unknown): string => {
    try {
      return readFileSync(String(path), "utf8");
    } catch (error) {
      throw new UsageError(`cannot read ${String(path)}: ${(error as Error).message}`);
    }
  };
  return { cert: read(cert), key: read(key), ...(ca !== undefined && { ca: read(ca) }) };
}
