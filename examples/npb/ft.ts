/**
 * FT: a diffusion equation in three dimensions, solved by Fourier transforms. The array lies in slabs of planes for the
 * transforms along y and x, and in slabs across for those along z: each step cuts it anew.
 */

import { type Block, Blocks, type DArray, mapBlocks, type NDArray, ndarray, zeros } from "bodkin";
import type { Benchmark } from "./benchmark.ts";
import { transform } from "./fourier.ts";
import { FACTOR, fillRandom, multiply, power } from "./random.ts";

const SEED = 314159265;
const ALPHA = 1e-6;
const SLABS = 2;

type Complex3D = DArray<"c128">;
type Slab = NDArray<"c128">;

/** `[nz, ny, nx]`, and the published checksums of the six steps. */
const CLASSES = {
  S: {
    shape: [64, 64, 64],
    sums: [
      [5.546087004964e2, 4.845363331978e2],
      [5.546385409189e2, 4.865304269511e2],
      [5.546148406171e2, 4.88391072233634e2],
      [5.545423607415e2, 4.901273169046e2],
      [5.544255039624e2, 4.917475857993e2],
      [5.542683411902e2, 4.932597244941e2],
    ],
  },
  W: {
    shape: [32, 128, 128],
    sums: [
      [5.673612178944e2, 5.293246849175e2],
      [5.631436885271e2, 5.282149986629e2],
      [5.59402408997e2, 5.270996558037e2],
      [5.56069804702e2, 5.260027904925e2],
      [5.53089899125e2, 5.249400845633e2],
      [5.504159734538e2, 5.239212247086e2],
    ],
  },
} as const;

const made = (data: Float64Array, like: Slab): Slab =>
  ndarray(data, { dtype: "c128", shape: like.shape });

const own = (slab: Slab): Float64Array => slab.copy().data;

/** Two random numbers an element, in the order of memory. */
function initial(slab: Slab, { start, shape }: Block): Slab {
  const data = new Float64Array(2 * slab.size);
  const before = 2 * (start[0] ?? 0) * (shape[1] ?? 0) * (shape[2] ?? 0);
  fillRandom(data, multiply(SEED, power(FACTOR, before)));
  return made(data, slab);
}

/** Along the last two axes of a slab of planes. */
const planes = (sign: 1 | -1) => (slab: Slab) => {
  const [nz, ny, nx] = slab.shape as readonly [number, number, number];
  const data = own(slab);
  const starts = Array.from({ length: nz }, (_, z) => z * ny * nx);
  transform(data, { length: ny, step: nx, runs: starts, count: nx, distance: 1 }, sign);
  transform(data, { length: nx, step: 1, runs: starts, count: ny, distance: nx }, sign);
  return made(data, slab);
};

/** Along the first axis of a slab across. */
const columns = (sign: 1 | -1) => (slab: Slab) => {
  const [nz, ny, nx] = slab.shape as readonly [number, number, number];
  const data = own(slab);
  transform(data, { length: nz, step: ny * nx, runs: [0], count: ny * nx, distance: 1 }, sign);
  return made(data, slab);
};

/** One step of time, of the transform. */
const evolve =
  ([nz, ny, nx]: readonly [number, number, number]) =>
  (slab: Slab, { start, shape }: Block) => {
    const factors = (n: number, from: number, count: number) =>
      Float64Array.from({ length: count }, (_, i) => {
        const wave = ((from + i + n / 2) % n) - n / 2;
        return Math.exp(-4 * ALPHA * Math.PI * Math.PI * wave * wave);
      });
    const [fz, fy, fx] = [nz, ny, nx].map((n, axis) => factors(n, start[axis]!, shape[axis]!));
    const data = own(slab);
    let at = 0;
    for (const z of fz!) {
      for (const y of fy!) {
        for (const x of fx!) {
          data[at++]! *= z * y * x;
          data[at++]! *= z * y * x;
        }
      }
    }
    return made(data, slab);
  };

/** The part of the checksum that lies in a slab: of 1024 elements along a diagonal. */
const checksum =
  ([nz, ny, nx]: readonly [number, number, number]) =>
  (slab: Slab, { start, shape }: Block) => {
    const sum = new Float64Array(2 * slab.size);
    for (let j = 1; j <= 1024; j++) {
      const z = ((5 * j) % nz) - start[0]!;
      if (z < 0 || z >= shape[0]!) continue;
      const { re, im } = slab.get(z, (3 * j) % ny, j % nx);
      sum[0]! += re / (nx * ny * nz);
      sum[1]! += im / (nx * ny * nz);
    }
    return made(sum, slab);
  };

export const ft: Benchmark<keyof typeof CLASSES> = {
  name: "FT",
  tolerance: 1e-8,
  prepare(name) {
    const { shape, sums } = CLASSES[name];
    const [nz, ny, nx] = shape;
    const inPlanes = Blocks(nz / SLABS, ny, nx);
    const across = Blocks(nz, ny / SLABS, nx);
    const size = nx * ny * nz;
    return {
      expected: sums.flat(),
      operations:
        size *
        (14.8157 + 7.19641 * Math.log(size) + (5.23518 + 7.21113 * Math.log(size)) * sums.length),
      async run() {
        const start: Complex3D = mapBlocks(initial, zeros(inPlanes, shape, { dtype: "c128" }));
        let waves: Complex3D = mapBlocks(columns(1), mapBlocks(planes(1), start).rechunk(across));
        const values: Promise<{ re: number; im: number }>[] = [];
        for (let step = 0; step < sums.length; step++) {
          waves = mapBlocks(evolve(shape), waves);
          const back = mapBlocks(planes(-1), mapBlocks(columns(-1), waves).rechunk(inPlanes));
          values.push(mapBlocks(checksum(shape), back).sum());
        }
        return (await Promise.all(values)).flatMap(({ re, im }) => [re, im]);
      },
    };
  },
};
