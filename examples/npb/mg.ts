/**
 * MG: Poisson's equation on a periodic cube by V-cycles of a multigrid method. A grid lies in slabs of planes; every
 * operation is a task a slab, which is given the neighbouring slabs too and reads the planes at their ends.
 */

import { spawn, type Task } from "bodkin";
import type { Benchmark } from "./benchmark.ts";
import { excited, interpolated, restricted, squares, type Weights, weighted } from "./mg-grid.ts";

const CLASSES = {
  S: { n: 32, norm: 5.307707005734e-5 },
  W: { n: 128, norm: 6.467329375339e-6 },
} as const;

const CYCLES = 4;
const SLABS = 2;

/** Of the centre, of the 6 neighbours at its faces, the 12 at its edges and the 8 at its corners. */
const RESIDUAL: Weights = [8 / 3, 0, -1 / 6, -1 / 12];
const SMOOTHER: Weights = [-3 / 8, 1 / 32, -1 / 64, 0];

type Slab = Task<Float64Array>;

/** The slabs of a cube of n³ values. */
interface Grid {
  readonly n: number;
  readonly slabs: readonly Slab[];
}

const grid = (n: number, slab: (at: number) => Slab): Grid => ({
  n,
  slabs: Array.from({ length: SLABS }, (_, at) => slab(at)),
});

const slabOf = ({ slabs }: Grid, at: number): Slab => slabs[(at + SLABS) % SLABS]!;

/** base + the weighted sums of the neighbourhoods of x. */
const combined = (base: Grid, x: Grid, weights: Weights): Grid =>
  grid(x.n, (at) =>
    spawn(
      weighted,
      x.n,
      weights,
      slabOf(base, at),
      slabOf(x, at - 1),
      slabOf(x, at),
      slabOf(x, at + 1),
    ),
  );

/** The next coarser grid. */
const restrict = (x: Grid): Grid =>
  grid(x.n / 2, (at) => spawn(restricted, x.n, slabOf(x, at), slabOf(x, at + 1)));

/** base + x, which is the next coarser grid. */
const interpolate = (base: Grid, x: Grid): Grid =>
  grid(base.n, (at) =>
    spawn(interpolated, x.n, slabOf(base, at), slabOf(x, at - 1), slabOf(x, at)),
  );

const zero = (n: number): Grid =>
  grid(n, () => spawn((size: number) => new Float64Array(size), n ** 3 / SLABS));

/** A better u. */
function cycle(u: Grid, v: Grid, residual: Grid): Grid {
  const residuals = [residual];
  while (residuals.at(-1)!.n > 2) residuals.push(restrict(residuals.at(-1)!));
  const coarsest = residuals.pop()!;
  let better = combined(zero(coarsest.n), coarsest, SMOOTHER);
  for (const own of residuals.reverse()) {
    const isFinest = own.n === u.n;
    better = interpolate(isFinest ? u : zero(own.n), better);
    const rest = combined(isFinest ? v : own, better, RESIDUAL);
    better = combined(better, rest, SMOOTHER);
  }
  return better;
}

export const mg: Benchmark<keyof typeof CLASSES> = {
  name: "MG",
  tolerance: 1e-8,
  prepare(name) {
    const { n, norm } = CLASSES[name];
    return {
      expected: [norm],
      operations: 58 * CYCLES * n ** 3,
      async run() {
        const charges = spawn(excited, n);
        const v = grid(n, (at) =>
          spawn(
            (all: Float64Array, from: number, to: number) => all.slice(from, to),
            charges,
            (at * n ** 3) / SLABS,
            ((at + 1) * n ** 3) / SLABS,
          ),
        );
        let u = zero(n);
        let residual = combined(v, u, RESIDUAL);
        for (let k = 0; k < CYCLES; k++) {
          u = cycle(u, v, residual);
          residual = combined(v, u, RESIDUAL);
        }
        const sums = residual.slabs.map((slab) => spawn(squares, slab));
        const total = spawn((...parts: number[]) => parts.reduce((a, b) => a + b), ...sums);
        return [Math.sqrt((await total.fetch()) / n ** 3)];
      },
    };
  },
};
