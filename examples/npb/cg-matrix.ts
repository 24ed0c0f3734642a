/**
 * The matrix of CG: a sum of n outer products of sparse random vectors with weights that fall from 1 to 0.1, shifted
 * along the diagonal. (NASA RNR-94-007, section 2.3.5.)
 */

import { fillRandom } from "./random.ts";

/** Some rows, compressed: those of row i are `starts[i]` to before `starts[i + 1]` of columns and values. */
export interface Band {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

const SEED = 314159265;
/** The condition of the matrix, inverted. */
const CONDITION = 0.1;

interface SparseVector {
  readonly places: number[];
  readonly values: number[];
}

export function sparseMatrix(
  n: number,
  nonzeros: number,
  shift: number,
  bands: number,
): readonly Band[] {
  const rows = Array.from({ length: n }, () => new Map<number, number>());
  const ratio = CONDITION ** (1 / n);
  let size = 1;
  randomVectors(n, nonzeros).forEach(({ places, values }, own) => {
    places.forEach((row, i) => {
      const scale = size * values[i]!;
      places.forEach((column, k) => {
        const isDiagonal = row === own && column === own;
        const value = values[k]! * scale + (isDiagonal ? CONDITION - shift : 0);
        const entries = rows[row]!;
        entries.set(column, (entries.get(column) ?? 0) + value);
      });
    });
    size *= ratio;
  });
  const cut = (band: number) => Math.ceil((band * n) / bands);
  return Array.from({ length: bands }, (_, band) =>
    compressed(rows.slice(cut(band), cut(band + 1))),
  );
}

/** One for each row; each has 1/2 at its own place. */
function randomVectors(n: number, nonzeros: number): SparseVector[] {
  const range = 2 ** Math.ceil(Math.log2(n));
  const pair = new Float64Array(2);
  let seed = fillRandom(new Float64Array(1), SEED);
  return Array.from({ length: n }, (_, own) => {
    const places: number[] = [];
    const values: number[] = [];
    while (places.length < nonzeros) {
      seed = fillRandom(pair, seed);
      const place = Math.floor(range * pair[1]!);
      if (place >= n || places.includes(place)) continue;
      places.push(place);
      values.push(pair[0]!);
    }
    const at = places.includes(own) ? places.indexOf(own) : places.length;
    places[at] = own;
    values[at] = 0.5;
    return { places, values };
  });
}

function compressed(rows: readonly Map<number, number>[]): Band {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = starts[i]! + row.size;
  });
  const columns = new Int32Array(starts.at(-1)!);
  const values = new Float64Array(columns.length);
  rows.forEach((row, i) => {
    [...row.keys()]
      .toSorted((a, b) => a - b)
      .forEach((column, k) => {
        columns[starts[i]! + k] = column;
        values[starts[i]! + k] = row.get(column)!;
      });
  });
  return { starts, columns, values };
}
