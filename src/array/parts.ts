/**
 * Parts of arrays that tasks get or depend on: views of chunks, and bands around the diagonal of a matrix. Which bytes
 * they cover says which tasks of a region may run side by side.
 */

import type { DType } from "../memory/dtype.ts";
import { type Chunk, ChunkHandle } from "../task/chunk.ts";
import { ChunkView } from "../task/datadeps/chunk-view.ts";
import { type Interval, type Layout, type Part, registerPart } from "../task/datadeps/parts.ts";
import { isTask } from "../task/foreign.ts";
import type { Task } from "../task/task.ts";
import { invalidArgument } from "../wire/errors.ts";
import { placeView, sliceMap } from "./index-map.ts";
import { isNDArray, type NDArray } from "./ndarray.ts";
import { rowMajorStrides, shapeText } from "./shape.ts";
import type { SliceEntry } from "./slice.ts";
import { coalesce, walk } from "./strided.ts";

// --- Views ----------------------------------------------------------------------------------------

/** Slices, one after the other. */
interface SlicePart extends Part {
  readonly kind: "slice";
  readonly slices: readonly (readonly SliceEntry[])[];
}

/**
 * A part of an array in a chunk, as an argument: the function gets that part, in place. Entries are those of
 * `NDArray.slice`.
 * @throws where the array is known and has no such part
 */
export function view<D extends DType>(
  whole: Chunk<NDArray<D>> | Task<NDArray<D>>,
  ...entries: SliceEntry[]
): Chunk<NDArray<D>> {
  const outer = whole instanceof ChunkView ? (whole.part as SlicePart).slices : [];
  const source = whole instanceof ChunkView ? whole.whole : whole;
  if (!(source instanceof ChunkHandle) && !isTask(source)) {
    throw invalidArgument(
      "view takes a chunk or a task that gives an array; of a local array use slice",
    );
  }
  const part: SlicePart = { kind: "slice", slices: [...outer, entries] };
  const shape = source instanceof ChunkHandle ? source.domain : undefined;
  if (shape) stridesOf(part, { shape, size: 1 });
  return new ChunkView(source as ChunkHandle<NDArray>, part) as unknown as Chunk<NDArray<D>>;
}

interface Strides {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Where the elements of a slice are, in bytes. @throws where the array has no such part */
function stridesOf({ slices }: SlicePart, { shape, size }: Layout): Strides {
  let own: Strides = { shape, strides: rowMajorStrides(shape, size), offset: 0 };
  for (const entries of slices) {
    own = placeView(sliceMap(entries, own.shape), own.strides, own.offset);
  }
  return own;
}

registerPart<SlicePart>("slice", {
  spans(part, layout) {
    const { shape, strides, offset } = stridesOf(part, layout);
    if (shape.includes(0)) return [];
    // Runs of neighbours; steps backwards are steps forwards from the other end.
    const start = shape.reduce(
      (at, length, axis) => at + Math.min(0, (length - 1) * (strides[axis] as number)),
      offset,
    );
    const nest = coalesce(shape, [strides.map(Math.abs)]);
    const inner =
      nest.strides[0]?.at(-1) === layout.size ? nest.shape.length - 1 : nest.shape.length;
    const length = layout.size * (nest.shape[inner] ?? 1);
    const rows = {
      shape: nest.shape.slice(0, inner),
      strides: [nest.strides[0]?.slice(0, inner) ?? []],
    };
    const at = [start];
    const spans: Interval[] = [];
    walk(rows, at, () => {
      spans.push([at[0] as number, (at[0] as number) + length]);
    });
    return spans;
  },
  take: ({ slices }, value) =>
    slices.reduce((array, entries) => array.slice(...entries), arrayIn(value)),
});

function arrayIn(value: unknown): NDArray {
  if (isNDArray(value)) return value;
  throw invalidArgument("view(chunk, …) is of arrays; the chunk holds something else");
}

// --- Bands ----------------------------------------------------------------------------------------

/** Elements (i, j) of a matrix with `from` ≤ j − i ≤ `to`. */
interface BandPart extends Part {
  readonly kind: "band";
  readonly from: number;
  readonly to: number;
}

const band = (from: number, to: number): BandPart => Object.freeze({ kind: "band", from, to });

export const Diagonal: Part = band(0, 0);
export const UpperTriangular: Part = band(0, Number.POSITIVE_INFINITY);
export const LowerTriangular: Part = band(Number.NEGATIVE_INFINITY, 0);
/** Without the diagonal. */
export const UnitUpperTriangular: Part = band(1, Number.POSITIVE_INFINITY);
/** Without the diagonal. */
export const UnitLowerTriangular: Part = band(Number.NEGATIVE_INFINITY, -1);
export const UpperBidiagonal: Part = band(0, 1);
export const LowerBidiagonal: Part = band(-1, 0);
export const Tridiagonal: Part = band(-1, 1);

registerPart<BandPart>("band", {
  spans({ from, to }, { shape, size }) {
    const [rows, columns] = shape as [number, number];
    if (shape.length !== 2) {
      throw invalidArgument(
        `triangles and diagonals are parts of matrices, not of an array of shape ${shapeText(shape)}`,
      );
    }
    const spans: Interval[] = [];
    for (let i = 0; i < rows; i++) {
      const first = Math.max(0, i + from);
      const end = Math.min(columns, i + to + 1);
      if (first < end) spans.push([(i * columns + first) * size, (i * columns + end) * size]);
    }
    return spans;
  },
  take: (_part, value) => value,
});
