/** One piece of data for each thread: nobody waits for anybody, and the pieces are added up at the end. */

import { rand, shard, spawn, waitAll } from "bodkin";

const BINS = 10;
const pieces = shard(() => new Uint32Array(BINS), { perThread: true });

function add(own: Uint32Array, seed: number): void {
  for (const x of rand([10_000], { seed })) own[Math.floor(x * BINS)]! += 1;
}

await waitAll(Array.from({ length: 100 }, (_, seed) => spawn(add, pieces, seed)));
const histogram = new Uint32Array(BINS);
for (const piece of pieces.map((own) => [...own])) {
  (await piece.fetch()).forEach((n, bin) => {
    histogram[bin]! += n;
  });
}
console.log(`${histogram.reduce((a, b) => a + b)} numbers:`, [...histogram].join(" "));
