/** A process that joins a cluster of its own accord: it asks for a number, and from then on is a member like others. */

import type { DeviceSettings } from "../runtime/devices.ts";
import type { Room } from "../runtime/local-process.ts";
import { BodkinError } from "../wire/errors.ts";
import { packageVersion } from "../wire/version.ts";
import { follow } from "./follower.ts";
import { JOINER, type Membership } from "./listening.ts";
import { startEntries } from "./session.ts";
import { parseAddress } from "./sockets/address.ts";
import { listenOnSockets } from "./sockets/transport.ts";

export interface JoinOptions extends Membership {
  /** The address of the cluster. */
  readonly head: string;
  /** Where other members reach this one; where the connection to the head begins by default. */
  readonly listen?: string | undefined;
  readonly threads: number;
  readonly room: Room;
  readonly devices: DeviceSettings;
  readonly onJoined: (worker: number) => void;
}

/** Serves the cluster until it ends. @throws BodkinError where it cannot be joined */
export async function join(options: JoinOptions): Promise<void> {
  const { head, secret, certificate, threads, room, devices } = options;
  const { worker, lostAfter, localHost } = await ask(options);
  const { carrier } = parseAddress(head);
  const own = options.listen ?? `${carrier}://${hostText(localHost)}:0`;
  process.on("SIGINT", () => process.exit(130));
  await follow({
    worker,
    threads,
    room,
    devices,
    lostAfter,
    threadEntry: startEntries().thread,
    head: [head],
    open: (onLink) =>
      listenOnSockets({ worker, secret, listen: [own], certificate, keepsAlive: true, onLink }),
    endAlone: () => {
      console.error("bodkin: the cluster is gone");
      process.exit(1);
    },
  });
  options.onJoined(worker);
}

const hostText = (host: string): string => (host.includes(":") ? `[${host}]` : host);

interface Answer {
  readonly worker: number;
  readonly lostAfter: number | false;
  readonly localHost: string;
}

async function ask({ head, secret, certificate, threads }: JoinOptions): Promise<Answer> {
  const transport = await listenOnSockets({
    worker: JOINER,
    secret,
    listen: [],
    certificate,
    keepsAlive: true,
    onLink: () => {},
  });
  try {
    const link = await transport.connect([head]);
    const { localHost = "127.0.0.1" } = link;
    return await new Promise<Answer>((resolve, reject) => {
      link.open({
        onMessage: (message) => {
          if (message.type === "joined") {
            const { worker, lostAfter } = message;
            resolve({ worker, lostAfter, localHost });
          } else if (message.type === "refused") reject(new BodkinError("CLOSED", message.reason));
        },
        bulkTarget: () => null,
        onBulk: () => {},
        onDown: () => reject(new BodkinError("CLOSED", `${head} hung up`)),
      });
      link.send({ type: "join", version: packageVersion, threads });
    });
  } finally {
    await transport.close();
  }
}
