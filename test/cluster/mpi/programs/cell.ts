/** The MPI cell of the talk, and other operations of arrays, beside the same of local arrays. */

import {
  broadcast,
  type Chunk,
  collect,
  cumsum,
  distribute,
  map,
  matmul,
  myid,
  type NDArray,
  rand,
  sort,
  spawn,
  spawnWith,
  sum,
  workers,
} from "../../../../src/index.ts";
import { accelerate, MPIBlocks } from "../../../../src/mpi/index.ts";

const comm = await accelerate("mpi", { threads: 1 });

const A = rand([64, 64], { seed: 1 });
const B = rand([64, 64], { seed: 2 });
const DA = rand(MPIBlocks(64, null), [64, 64], { seed: 1 });
const DB = distribute(B, MPIBlocks(64, null));
const DC = map((x) => x + 1, DA);
const collected = await collect(broadcast((b, c) => b + c, DB, DC));

const same = (a: NDArray, b: NDArray): boolean =>
  String(a.shape) === String(b.shape) && [...a].every((value, at) => value === b.iget(at));
/** Products are added in another order. */
const near = (a: NDArray, b: NDArray): boolean =>
  [...a].every((value, at) => Math.abs((value as number) / (b.iget(at) as number) - 1) < 1e-12);

const line = rand(MPIBlocks(null), [10_007], { seed: 3 });
const owners = await Promise.all(
  rand(MPIBlocks(64, null), [64, 8192]).chunks.map((block) =>
    spawnWith(
      { meta: true },
      (chunk) => (chunk as unknown as Chunk<NDArray>).processor?.worker,
      block,
    ).fetch(),
  ),
);
const who = await Promise.all(
  Array.from({ length: 8 * comm.size }, () =>
    spawn(async () => (await spawn(() => 0).fetch()) + myid()).fetch(),
  ),
);
// As large as goes in several pieces.
const large = rand(MPIBlocks(null), [3_000_000], { seed: 4 });

console.log(
  JSON.stringify({
    ...comm,
    workers: workers(),
    cell: same(
      collected,
      broadcast(
        (b, c) => b + c,
        B,
        map((x) => x + 1, A),
      ),
    ),
    sum: Math.abs((await sum(DA)) / sum(A) - 1) < 1e-12,
    sort: same(await collect(sort(line)), sort(rand([10_007], { seed: 3 }))),
    cumsum: near(await collect(cumsum(line)), cumsum(rand([10_007], { seed: 3 }))),
    matmul: near(await collect(matmul(DA, DB)), matmul(A, B)),
    large: same(await collect(large), rand([3_000_000], { seed: 4 })),
    owners,
    inMembers: who.every((worker) => workers().includes(worker)),
    again: (await accelerate("mpi")) === comm,
  }),
);
