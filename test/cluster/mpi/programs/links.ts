/** Two ranks send each other messages and bulk of many sizes, and tell what came. */

import { joinJob } from "../../../../src/cluster/mpi/job.ts";
import { addressOf, openMpiTransport } from "../../../../src/cluster/mpi/transport.ts";
import type { Link } from "../../../../src/cluster/transport.ts";
import type { Message } from "../../../../src/wire/messages.ts";

const COUNT = 3000;
const sizeOf = (index: number): number => {
  if (index % 7 !== 0) return 0;
  return index % 700 === 0 ? 8 * 2 ** 20 : (index * 7919) % 100_000;
};
const byteOf = (index: number, at: number): number => (index * 31 + at) & 255;

const job = joinJob();
const calls = Promise.withResolvers<Link>();
const transport = openMpiTransport(job, { keepsAlive: true, onLink: calls.resolve });
const link = job.rank === 0 ? await transport.connect([addressOf(1)]) : await calls.promise;

let next = 0;
let sent = 0;
let pinned = 0;
let target: Uint8Array = new Uint8Array(0);
const wrong: string[] = [];
const received = Promise.withResolvers<void>();
const down = Promise.withResolvers<string>();

function hear(message: Message, bulk: Uint8Array | undefined): void {
  const { index } = message as Message & { type: "release" };
  const size = sizeOf(index);
  if (index !== next++) wrong.push(`${index} came as number ${next - 1}`);
  if ((bulk?.length ?? 0) !== size && index % 3 !== 0) wrong.push(`${index}: ${bulk?.length}`);
  if (bulk && [0, size - 1].some((at) => bulk[at] !== byteOf(index, at))) wrong.push(`${index}!`);
  if (next === COUNT) received.resolve();
}

link.open({
  onMessage: (message) => hear(message, undefined),
  bulkTarget: (message, bytes) => {
    // Some is not wanted.
    if ((message as { index: number }).index % 3 === 0) {
      hear(message, undefined);
      return null;
    }
    target = new Uint8Array(new SharedArrayBuffer(bytes));
    return target;
  },
  onBulk: (message) => hear(message, target),
  onDown: down.resolve,
});

for (let index = 0; index < COUNT; index++) {
  const message: Message = { type: "release", index };
  const size = sizeOf(index);
  if (size === 0) link.send(message);
  else {
    const bulk = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size; at++) bulk[at] = byteOf(index, at);
    pinned++;
    link.sendBulk(message, bulk, () => {
      pinned--;
    });
  }
  sent++;
  if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}
await received.promise;
while (pinned > 0) await new Promise((resolve) => setTimeout(resolve, 1));
if (job.rank === 0) await transport.close();
console.log(
  JSON.stringify({ rank: job.rank, peer: link.peer, sent, next, wrong, down: await down.promise }),
);
if (job.rank === 1) await transport.close();
process.exit(0);
