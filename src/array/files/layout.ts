/**
 * Arrays that lie in a file element by element. A part is read in as few and as large pieces as makes sense; what is
 * written is what was asked for, and not a byte beside it.
 */

import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { elementOf, type TypedArray } from "../../memory/dtype.ts";
import { fileError } from "../../wire/errors.ts";
import { copyInto } from "../copy.ts";
import type { Region } from "../grid.ts";
import { forEachRun } from "../region.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { elementsOf, empty, isContiguous, rowMajor, type Strided } from "../strided.ts";
import { decode, type ElementFormat } from "./element-format.ts";

export interface FileLayout {
  readonly path: string;
  /** Where the first element begins, in bytes. */
  readonly offset: number;
  readonly shape: Shape;
  readonly format: ElementFormat;
  /** Neighbours in the file differ in their first index. */
  readonly columnMajor: boolean;
}

/** Bytes that are read or written at once. */
const WINDOW = 4 << 20;
/** Bytes that are rather read and thrown away than passed over by another call. */
const GAP = 64 << 10;

const reversed = <T>(list: readonly T[]): T[] => [...list].reverse();

/** Reads a region into an array of its shape, row-major without gaps. */
export function readRegion(layout: FileLayout, region: Region, out: TypedArray): void {
  const file = openSync(layout.path, "r");
  try {
    if (!layout.columnMajor) {
      readRows(file, layout, region, out);
      return;
    }
    const { dtype } = layout.format;
    const start = reversed(region.start);
    const transposed = empty(reversed(region.shape), dtype);
    const rows = { ...layout, shape: reversed(layout.shape) };
    readRows(file, rows, { start, shape: transposed.shape }, transposed.data);
    copyInto(rowMajor(out as Strided["data"], region.shape, dtype), transposeOf(transposed));
  } finally {
    closeSync(file);
  }
}

const transposeOf = (view: Strided): Strided => ({
  ...view,
  shape: reversed(view.shape),
  strides: reversed(view.strides),
});

/** Neighbouring elements of the file, and where they go. */
interface Run {
  readonly index: number;
  readonly at: number;
  readonly count: number;
}

function readRows(file: number, layout: FileLayout, region: Region, out: TypedArray): void {
  const { bytes } = layout.format;
  const window = Math.max(1, Math.floor(WINDOW / bytes));
  let waiting: Run[] = [];
  const flush = (): void => {
    if (waiting.length > 0) readRuns(file, layout, waiting, out);
    waiting = [];
  };
  forEachRun(layout.shape, region, (index, at, count) => {
    for (let done = 0; done < count; done += window) {
      const run = { index: index + done, at: at + done, count: Math.min(window, count - done) };
      const [first, last] = [waiting[0], waiting.at(-1)];
      if (first && last) {
        const gap = (run.index - last.index - last.count) * bytes;
        if (gap > GAP || run.index + run.count - first.index > window) flush();
      }
      waiting.push(run);
    }
  });
  flush();
}

/** Runs that lie close to each other, by one call. */
function readRuns(file: number, layout: FileLayout, runs: readonly Run[], out: TypedArray): void {
  const { path, offset, format } = layout;
  const first = runs[0] as Run;
  const last = runs.at(-1) as Run;
  const bytes = new Uint8Array((last.index + last.count - first.index) * format.bytes);
  const start = offset + first.index * format.bytes;
  for (let done = 0; done < bytes.length; ) {
    const now = readSync(file, bytes, done, bytes.length - done, start + done);
    if (now === 0) {
      throw fileError(
        `${path} ends after ${start + done} bytes, but its array goes on to byte ${offset + sizeOf(layout.shape) * format.bytes}: it was cut off, or is not of this shape and dtype`,
      );
    }
    done += now;
  }
  for (const { index, at, count } of runs) {
    const from = (index - first.index) * format.bytes;
    decode(bytes.subarray(from, from + count * format.bytes), format, out, at, path);
  }
}

/** Writes a block to its place in a file whose elements are row-major and as they are in memory. */
export function writeRegion(layout: FileLayout, start: readonly number[], block: Strided): void {
  const { offset, format, shape } = layout;
  const { dtype } = format;
  const packed = isContiguous(block) ? block : empty(block.shape, dtype);
  if (packed !== block) copyInto(packed, block);
  const { lanes } = elementOf(dtype);
  const elements = elementsOf(packed);
  const file = openSync(layout.path, "r+");
  try {
    forEachRun(shape, { start, shape: block.shape }, (index, at, count) => {
      const window = Math.floor(WINDOW / format.bytes);
      for (let done = 0; done < count; done += window) {
        const now = Math.min(window, count - done);
        const part = elements.slice((at + done) * lanes, (at + done + now) * lanes);
        writeAll(file, part, offset + (index + done) * format.bytes);
      }
    });
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, values: TypedArray, position: number): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}
