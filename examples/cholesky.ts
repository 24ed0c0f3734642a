/**
 * A tiled Cholesky factorisation. The loops are those of the sequential algorithm; which tiles a step reads and
 * writes says which steps may run side by side.
 */

import { type Chunk, In, InOut, mutable, type NDArray, spawn, spawnDatadeps, zeros } from "bodkin";

const TILES = 6;
const SIZE = 32;
const N = TILES * SIZE;

type Tile = NDArray<"f64">;

/** A symmetric positive definite matrix. */
const entry = (i: number, j: number): number => 1 / (1 + Math.abs(i - j)) + (i === j ? N : 0);

const makeTile = (row: number, column: number): Chunk<Tile> =>
  mutable(() => {
    const tile = zeros([SIZE, SIZE]);
    for (let i = 0; i < SIZE; i++) {
      for (let j = 0; j < SIZE; j++) tile.set(i, j, entry(row * SIZE + i, column * SIZE + j));
    }
    return tile;
  });

function factor({ data: a }: Tile): void {
  for (let j = 0; j < SIZE; j++) {
    for (let i = j; i < SIZE; i++) {
      for (let k = 0; k < j; k++) a[i * SIZE + j]! -= a[i * SIZE + k]! * a[j * SIZE + k]!;
    }
    const root = Math.sqrt(a[j * SIZE + j]!);
    for (let i = j; i < SIZE; i++) a[i * SIZE + j]! /= root;
  }
}

/** a ← a · l⁻ᵀ */
function solve({ data: a }: Tile, { data: l }: Tile): void {
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j < SIZE; j++) {
      for (let k = 0; k < j; k++) a[i * SIZE + j]! -= a[i * SIZE + k]! * l[j * SIZE + k]!;
      a[i * SIZE + j]! /= l[j * SIZE + j]!;
    }
  }
}

/** c ← c − a · bᵀ */
function subtract({ data: c }: Tile, { data: a }: Tile, { data: b }: Tile): void {
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j < SIZE; j++) {
      for (let k = 0; k < SIZE; k++) c[i * SIZE + j]! -= a[i * SIZE + k]! * b[j * SIZE + k]!;
    }
  }
}

const A = Array.from({ length: TILES }, (_, row) =>
  Array.from({ length: TILES }, (_, column) => makeTile(row, column)),
);
const tile = (row: number, column: number): Chunk<Tile> => A[row]?.[column] as Chunk<Tile>;

await spawnDatadeps(() => {
  for (let k = 0; k < TILES; k++) {
    spawn(factor, InOut(tile(k, k)));
    for (let i = k + 1; i < TILES; i++) spawn(solve, InOut(tile(i, k)), In(tile(k, k)));
    for (let i = k + 1; i < TILES; i++) {
      for (let j = k + 1; j <= i; j++) {
        spawn(subtract, InOut(tile(i, j)), In(tile(i, k)), In(tile(j, k)));
      }
    }
  }
});

const L = await Promise.all(A.map((row) => Promise.all(row.map((each) => each.fetch()))));
const at = (i: number, j: number): number =>
  L[Math.floor(i / SIZE)]?.[Math.floor(j / SIZE)]?.get(i % SIZE, j % SIZE) as number;
let worst = 0;
for (let i = 0; i < N; i++) {
  for (let j = 0; j <= i; j++) {
    let product = 0;
    for (let k = 0; k <= j; k++) product += at(i, k) * at(j, k);
    worst = Math.max(worst, Math.abs(product - entry(i, j)));
  }
}
console.log(`L · Lᵀ is A within ${worst.toExponential(1)}, for a matrix of ${N}×${N}`);
if (worst > 1e-10) throw new Error("the factor is wrong");
