/** What the tasks of MG do with slabs: planes of n·n values each, periodic in all directions. */

import { fillRandom } from "./random.ts";

const SEED = 314159265;
const CHARGES = 10;

/** Of the centre, and of its neighbours at faces, edges and corners. */
export type Weights = readonly [centre: number, faces: number, edges: number, corners: number];

/** −1 at the places of the ten smallest random numbers, 1 at those of the ten largest, 0 elsewhere. */
export function excited(n: number): Float64Array {
  const numbers = new Float64Array(n ** 3);
  fillRandom(numbers, SEED);
  const sorted = numbers.toSorted();
  const [low, high] = [sorted[CHARGES]!, sorted[sorted.length - CHARGES - 1]!];
  return numbers.map((x) => (x < low ? -1 : x > high ? 1 : 0));
}

/** For each place of a row sums over its neighbours in other rows: the 4 at faces and the 4 at edges, with both ends repeated. */
interface RowSums {
  readonly faces: Float64Array;
  readonly edges: Float64Array;
  /** Sums up around row `y` of a plane, of which the planes before and after are given with their offsets. */
  around(
    before: Float64Array,
    beforeAt: number,
    own: Float64Array,
    ownAt: number,
    after: Float64Array,
    afterAt: number,
    y: number,
  ): void;
}

function rowSums(n: number): RowSums {
  const faces = new Float64Array(n + 2);
  const edges = new Float64Array(n + 2);
  return {
    faces,
    edges,
    around(before, beforeAt, own, ownAt, after, afterAt, y) {
      const row = y * n;
      const down = ((y + n - 1) % n) * n;
      const up = ((y + 1) % n) * n;
      for (let x = 0; x < n; x++) {
        faces[x + 1] =
          own[ownAt + down + x]! +
          own[ownAt + up + x]! +
          before[beforeAt + row + x]! +
          after[afterAt + row + x]!;
        edges[x + 1] =
          before[beforeAt + down + x]! +
          before[beforeAt + up + x]! +
          after[afterAt + down + x]! +
          after[afterAt + up + x]!;
      }
      faces[0] = faces[n]!;
      faces[n + 1] = faces[1]!;
      edges[0] = edges[n]!;
      edges[n + 1] = edges[1]!;
    },
  };
}

/** base + the weighted sums of the neighbourhoods of a slab's values. */
export function weighted(
  n: number,
  weights: Weights,
  base: Float64Array,
  below: Float64Array,
  own: Float64Array,
  above: Float64Array,
): Float64Array {
  const [w0, w1, w2, w3] = weights;
  const plane = n * n;
  const depth = own.length / plane;
  const sums = rowSums(n);
  const { faces, edges } = sums;
  const row = new Float64Array(n + 2);
  const result = new Float64Array(own.length);
  for (let z = 0; z < depth; z++) {
    const before = z > 0 ? own : below;
    const after = z < depth - 1 ? own : above;
    const beforeAt = z > 0 ? (z - 1) * plane : below.length - plane;
    const afterAt = z < depth - 1 ? (z + 1) * plane : 0;
    for (let y = 0; y < n; y++) {
      const at = z * plane + y * n;
      sums.around(before, beforeAt, own, z * plane, after, afterAt, y);
      for (let x = 0; x < n; x++) row[x + 1] = own[at + x]!;
      row[0] = row[n]!;
      row[n + 1] = row[1]!;
      for (let x = 0; x < n; x++) {
        result[at + x] =
          base[at + x]! +
          w0 * row[x + 1]! +
          w1 * (row[x]! + row[x + 2]! + faces[x + 1]!) +
          w2 * (edges[x + 1]! + faces[x]! + faces[x + 2]!) +
          w3 * (edges[x]! + edges[x + 2]!);
      }
    }
  }
  return result;
}

/** A slab of the coarser grid: its place j is that of place 2j + 1, with the means of the neighbourhood. */
export function restricted(n: number, own: Float64Array, above: Float64Array): Float64Array {
  const plane = n * n;
  const half = n / 2;
  const sums = rowSums(n);
  const { faces, edges } = sums;
  const depth = own.length / plane;
  const result = new Float64Array(own.length / 8);
  for (let z = 0; z < depth / 2; z++) {
    const here = (2 * z + 1) * plane;
    const isLast = 2 * z + 2 === depth;
    for (let y = 0; y < half; y++) {
      sums.around(
        own,
        here - plane,
        own,
        here,
        isLast ? above : own,
        isLast ? 0 : here + plane,
        2 * y + 1,
      );
      const row = here + (2 * y + 1) * n;
      for (let x = 0; x < half; x++) {
        const i = 2 * x + 1;
        result[(z * half + y) * half + x] =
          0.5 * own[row + i]! +
          0.25 * (own[row + i - 1]! + own[row + ((i + 1) % n)]! + faces[i + 1]!) +
          0.125 * (faces[i]! + faces[i + 2]! + edges[i + 1]!) +
          0.0625 * (edges[i]! + edges[i + 2]!);
      }
    }
  }
  return result;
}

/** base + a coarser slab of m³ values: place 2j + 1 gets that of place j, those between the means. */
export function interpolated(
  m: number,
  base: Float64Array,
  below: Float64Array,
  own: Float64Array,
): Float64Array {
  const n = 2 * m;
  const result = base.slice();
  const depth = base.length / (n * n);
  const between = new Float64Array(m + 1);
  for (let z = 0; z < depth; z++) {
    // The planes, and in them the rows, on both sides of this place; twice the same where it is that of a coarse one.
    const lowZ = Math.floor((z - 1) / 2);
    const low = lowZ < 0 ? below : own;
    const lowAt = lowZ < 0 ? below.length - m * m : lowZ * m * m;
    const highAt = Math.floor(z / 2) * m * m;
    for (let y = 0; y < n; y++) {
      const lowRow = (Math.floor((y - 1 + n) / 2) % m) * m;
      const highRow = (Math.floor(y / 2) % m) * m;
      for (let x = 0; x < m; x++) {
        between[x + 1] =
          0.25 *
          (low[lowAt + lowRow + x]! +
            low[lowAt + highRow + x]! +
            own[highAt + lowRow + x]! +
            own[highAt + highRow + x]!);
      }
      between[0] = between[m]!;
      const at = (z * n + y) * n;
      for (let x = 0; x < m; x++) {
        result[at + 2 * x]! += 0.5 * (between[x]! + between[x + 1]!);
        result[at + 2 * x + 1]! += between[x + 1]!;
      }
    }
  }
  return result;
}

export function squares(values: Float64Array): number {
  let sum = 0;
  for (const x of values) sum += x * x;
  return sum;
}
